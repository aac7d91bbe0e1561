import { isDeepStrictEqual } from "node:util";

import { controls } from "../policies/controls";
import { Attempts, yamlContent } from "../policies/engine/input";
import type { ProfileName, Selected } from "../policies/engine/profiles";
import { PROFILES, selectControls } from "../policies/engine/profiles";
import type { Waiver } from "../policies/engine/waivers";
import { parseWaivers } from "../policies/engine/waivers";
import { definedBy, isDefinition } from "../policies/kubernetes/crd";
import type { KubeObject } from "../policies/kubernetes/kube";
import { describe, isObj, kubeObjects } from "../policies/kubernetes/kube";
import type { Resource } from "../policies/kubernetes/resource";
import type { Project } from "./project";
import { NO_PROJECT, PROJECT_FILE } from "./project";
import type { Baseline } from "./baseline";
import { readBaseline } from "./baseline";
import { placeOfFailure } from "./findings";
import type { Io } from "./io";
import { UsageError } from "./io";
import type { OptionTable } from "./cli/options";
import { withOverrides } from "./overrides";
import { readText } from "./sources/files";
import { readManifests } from "./sources/manifests";

/** Options of every command that evaluates controls, which by default are those of a profile. */
export function selectionOptions<const P extends ProfileName>(defaultProfile: P) {
    return { profile: { ...PROFILE_OPTION, default: defaultProfile }, ...SELECTION_OPTIONS } as const;
}

/** The option by which a command takes a profile. */
export const PROFILE_OPTION = {
    type: "text",
    short: "p",
    value: "NAME",
    description: "the controls to run",
    choices: PROFILES,
} as const;

/** Options by which a command takes what it evaluates with, apart from the profile. */
export const SELECTION_OPTIONS = {
    "pss-version": {
        type: "text",
        value: "VERSION",
        description: 'Pod Security Standards to measure by, e.g. "v1.29"; default those of --kubernetes-version',
    },
    "kubernetes-version": {
        type: "text",
        value: "VERSION",
        description: 'minor release whose API has to serve the objects, e.g. "v1.31"; default the newest known',
    },
    crds: {
        type: "text",
        value: "PATH",
        description: "CustomResourceDefinitions to hold custom resources to, as files or folders",
        multiple: true,
    },
    config: {
        type: "text",
        short: "c",
        value: "FILE",
        description: "levels and parameters, in the form of Pulumi's --policy-pack-config",
    },
    waivers: { type: "text", short: "w", value: "FILE", description: "accepted risks", multiple: true },
    baseline: {
        type: "text",
        short: "b",
        value: "FILE",
        description: "a former JSON report: only what is new fails",
    },
    project: {
        type: "text",
        value: "FILE",
        description: `what stands for options that are not given; default ${PROJECT_FILE}, where it is there`,
    },
    "controls-url": {
        type: "text",
        value: "URL",
        description: "address of docs/controls.md of this version, which reports then link controls to",
    },
    strict: { type: "flag", description: "fail too where something is unverifiable or no control knows its kind" },
} as const satisfies OptionTable;

/** The option by which a command that reads files leaves some out. */
export const EXCLUDE_OPTION = {
    type: "text",
    value: "PATTERN",
    description: "leave out paths, as a .gitignore writes them; so do the project's and .hardeningignore's",
    multiple: true,
} as const;

/** What was given for them. */
export interface SelectionValues {
    readonly profile: ProfileName;
    readonly "pss-version"?: string;
    readonly "kubernetes-version"?: string;
    readonly crds?: readonly string[];
    readonly config?: string;
    readonly waivers?: readonly string[];
    readonly baseline?: string;
    readonly "controls-url"?: string;
    readonly strict?: boolean;
}

/** The parameter by which controls of the Pod Security Standards take a version. */
const PSS_PARAMETER = "pssVersion";
/** The parameter by which controls take the version of Kubernetes that a stack is for. */
const API_PARAMETER = "kubernetesVersion";

/** What a command evaluates with, as its options say. */
export interface Selection {
    readonly profile: ProfileName;
    readonly selected: readonly Selected[];
    readonly waivers: readonly Waiver[];
    /** CustomResourceDefinitions that are known beside those of what is judged. */
    readonly definitions: readonly Resource[];
    readonly baseline: Baseline | undefined;
    /** Where each control has an anchor of its name; undefined where reports are to link to none. */
    readonly controlsUrl: string | undefined;
    /** What is unverifiable or not judged fails the run. */
    readonly strict: boolean;
}

/**
 * Reads the files that the options name.
 *
 * @throws InputError with every mistake in the options and in the files.
 */
export function readSelection(options: SelectionValues, project: Project = NO_PROJECT): Selection {
    const attempts = new Attempts();
    const { profile, config: configFile, waivers: waiverFiles = [], baseline: baselineFile } = options;
    const own = project.controls ?? {};
    const config = attempts.of(() => (configFile === undefined ? own : withOwn(readConfig(configFile), own)), {});
    const named = [project.controls && project.file, configFile].flatMap((file) => file ?? []).join(", ");
    const pss = attempts.of(() => readVersion("pss-version", options["pss-version"]), undefined);
    const api = attempts.of(() => readVersion("kubernetes-version", options["kubernetes-version"]), undefined);
    const chosen = attempts.of(() => selectControls(controls, profile, config, named === "" ? undefined : named), []);
    const versioned = (selection: readonly Selected[]): readonly Selected[] =>
        // The latest standards are, for an API server, those of its own release (Pod Security Admission, "enforce-version").
        withParameter(
            withParameter(withParameter(selection, PSS_PARAMETER, pss), API_PARAMETER, api),
            PSS_PARAMETER,
            api,
            "latest",
        );
    const selected = attempts.of(
        () => withOverrides({ profile, config, selected: versioned(chosen) }, project, versioned),
        [],
    );
    const waivers = waiverFiles.flatMap((file) => attempts.of(() => waiversFrom(file, "--waivers"), []));
    const controlsUrl = attempts.of(() => readControlsUrl(options["controls-url"]), undefined);
    const definitions = attempts.of(() => allDefinitions(options.crds ?? [], "--crds"), []);
    const baseline = attempts.of(
        () => (baselineFile === undefined ? undefined : readBaseline(baselineFile)),
        undefined,
    );
    attempts.finish();
    return { profile, selected, waivers, definitions, baseline, controlsUrl, strict: options.strict === true };
}

/**
 * The waivers of one file.
 *
 * @param option by what the file was named
 * @throws InputError with every mistake in it
 */
export function waiversFrom(file: string, option: string): readonly Waiver[] {
    return parseWaivers(readText(file, option), file, controls);
}

/**
 * The CustomResourceDefinitions of a file or a folder; other objects beside them are passed over.
 *
 * @param option by what the path was named
 * @throws InputError with every file that can't be read, or where there is no definition
 */
function definitionsFrom(path: string, option: string): readonly Resource[] {
    const files = [...readManifests([path])];
    const faults = files.flatMap(({ failures, notJudged = [] }) => [
        ...failures.map((failure) => `${option} ${placeOfFailure(failure)}: ${failure.message}`),
        // A chart that is not built may be where the definition stands.
        ...notJudged.map(({ source, reason }) => `${option} ${source}: ${reason}`),
    ]);
    const found = files.flatMap(({ resources }) => resources).filter((one) => kubeObjects(one).some(isDefinition));
    faults.push(
        ...found.flatMap((resource) =>
            kubeObjects(resource)
                .filter((object) => isDefinition(object) && definedBy(object) === undefined)
                .map((object) => `${option} ${resource.source}: ${describe(object)} says no group, kind or version`),
        ),
    );
    if (faults.length > 0 || found.length === 0) {
        throw new UsageError(faults.length > 0 ? faults : [`${option} ${path}: holds no CustomResourceDefinition`]);
    }
    return found;
}

/**
 * The definitions of several paths.
 *
 * @throws InputError with every mistake in them, and where two define one kind differently
 */
export function allDefinitions(paths: readonly string[], option: string): readonly Resource[] {
    const attempts = new Attempts();
    const found = paths.flatMap((path) => attempts.of(() => definitionsFrom(path, option), []));
    const seen = new Map<string, KubeObject>();
    for (const object of found.flatMap((resource) => kubeObjects(resource)).filter(isDefinition)) {
        const kind = definedBy(object) ?? "";
        const other = seen.get(kind) ?? object;
        seen.set(kind, other);
        if (!isDeepStrictEqual(other.body["spec"], object.body["spec"])) {
            const places = [other, object].map(({ resource }) => resource.source).join(" and ");
            attempts.of(() => {
                throw new UsageError([`${option}: ${places} define ${kind} differently; name one of them`]);
            }, undefined);
        }
    }
    attempts.finish();
    return found;
}

/** Reads a configuration file, JSON or YAML. @throws InputError */
function readConfig(file: string): unknown {
    return yamlContent(readText(file, "--config"), file) ?? {};
}

/** What a project says of controls, under what a file says that was named for this call. */
function withOwn(given: unknown, own: Readonly<Record<string, unknown>>): unknown {
    return isObj(given) ? { ...own, ...given } : given;
}

function readVersion(option: string, text: string | undefined): string | undefined {
    if (text === undefined || text === "latest") {
        return text;
    }
    const match = /^v?(1\.\d{1,3})$/.exec(text);
    if (match === null) {
        throw new UsageError([`--${option} must be "latest" or a minor version such as "v1.29", found "${text}"`]);
    }
    return `v${match[1]}`;
}

/** An address that a fragment can follow, and that Markdown and HTML hold as it stands. What is refused may hold a password. */
function readControlsUrl(text: string | undefined): string | undefined {
    if (text === undefined) {
        return undefined;
    }
    const url = URL.parse(text);
    const named = url !== null && url.username + url.password === "";
    if (!named || !/^https?:\/\/[\w.~:/%@+=,?&-]+$/.test(text)) {
        throw new UsageError([
            "--controls-url must be an http or https address without user and fragment, in letters, digits and -._~:/%@+=,?& only",
        ]);
    }
    return text;
}

/** Sets a parameter wherever a control has one of its name, or only where it stands at a value. */
function withParameter(
    selected: readonly Selected[],
    parameter: string,
    value: string | undefined,
    instead?: string,
): readonly Selected[] {
    if (value === undefined) {
        return selected;
    }
    return selected.map((choice) =>
        choice.control.params !== undefined &&
        Object.hasOwn(choice.control.params, parameter) &&
        (instead === undefined || choice.params[parameter] === instead)
            ? { ...choice, params: { ...choice.params, [parameter]: value } }
            : choice,
    );
}

/** Says on standard error what a selection leaves out, where that matters to the reader. */
export function announce(selection: Selection, io: Io): void {
    if (selection.selected.length === 0) {
        io.log(`warning: profile ${selection.profile} selects no control, so nothing is checked`);
    }
}
