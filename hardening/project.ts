import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

import ignore from "ignore";

import { readContent, yamlContent } from "../policies/engine/input";
import { PROFILES } from "../policies/engine/profiles";
import type { Read } from "../policies/engine/schema";
import { anything, boolean, listOf, mapOf, object, oneOf, optional, text } from "../policies/engine/schema";
import { count } from "./formats/style";
import { readText } from "./sources/files";

/** What the file of a project is called, in the folder that the tool is started in. */
export const PROJECT_FILE = "hardening.yaml";
/** Paths to leave out, in the form of a .gitignore, beside the file of the project. */
const IGNORE_FILE = ".hardeningignore";

/** What a project says of itself once, instead of by options at each call. An option that is given counts for more. */
export const PROJECT_SCHEMA = object({
    /** The controls to run. */
    profile: optional(oneOf(...PROFILES)),
    /** Levels and parameters by the control's name, in the form of Pulumi's `--policy-pack-config`. */
    controls: optional(mapOf(anything)),
    /** Files that accept risks. */
    waivers: optional(listOf(text())),
    /** A former JSON report: only what is new fails. */
    baseline: optional(text()),
    /** Fails too where something is unverifiable or was not judged. */
    strict: optional(boolean()),
    /** Minor release whose API has to serve the objects, e.g. `v1.31`. */
    kubernetesVersion: optional(text()),
    /** Pod Security Standards to measure by, e.g. `v1.29`. */
    pssVersion: optional(text()),
    /** Address of the document that reports link controls to. */
    controlsUrl: optional(text()),
    /** Paths to leave out, as a .gitignore writes them. */
    exclude: optional(listOf(text())),
    /** What counts instead for some paths; of several that name one the last. */
    overrides: optional(
        listOf(
            object({
                /** Files and folders, as a .gitignore writes them. */
                paths: listOf(text(), 1),
                profile: optional(oneOf(...PROFILES)),
                controls: optional(mapOf(anything)),
            }),
        ),
    ),
});

/** A project's settings; paths in them are relative to the folder that the tool was started in. */
export type Project = Read<typeof PROJECT_SCHEMA> & {
    /** The file they come from; undefined where there is none. */
    readonly file: string | undefined;
};

/** What is said where no file is asked for. */
export const NO_PROJECT: Project = { ...readContent(PROJECT_SCHEMA, {}, PROJECT_FILE), file: undefined };

/** The option that names another file; commands that have it go by the project. */
export const PROJECT_OPTION = "project";

/**
 * Reads the file of a project.
 *
 * @param file the file that an option names; default: {@link PROJECT_FILE}, where it is there
 * @throws InputError with every mistake in it
 */
export function readProject(file?: string): Project {
    const path = file ?? PROJECT_FILE;
    if (file === undefined && !isFile(path)) {
        return NO_PROJECT;
    }
    const content = yamlContent(readText(path, "--project"), path) ?? {};
    const project = readContent(PROJECT_SCHEMA, content, path);
    const from = dirname(path);
    return {
        ...project,
        waivers: project.waivers?.map((waiver) => join(from, waiver)),
        baseline: project.baseline === undefined ? undefined : join(from, project.baseline),
        file: path,
    };
}

/** A project whose overrides leave the profile be, because an option names it for all. */
export function withOneProfile(project: Project): Project {
    const overrides = project.overrides?.map((override) => ({ ...override, profile: undefined }));
    return { ...project, ...(overrides && { overrides }) };
}

/** The texts that a project gives for options, by their names; what has none is left out. */
export function optionsOf(project: Project): ReadonlyMap<string, readonly string[]> {
    const { profile, waivers, baseline, strict, kubernetesVersion, pssVersion, controlsUrl } = project;
    const one = (value: string | undefined): readonly string[] | undefined =>
        value === undefined ? undefined : [value];
    const options = {
        profile: one(profile),
        waivers,
        baseline: one(baseline),
        strict: strict === true ? [""] : undefined,
        "kubernetes-version": one(kubernetesVersion),
        "pss-version": one(pssVersion),
        "controls-url": one(controlsUrl),
    };
    return new Map(Object.entries(options).flatMap(([name, texts]) => (texts === undefined ? [] : [[name, texts]])));
}

/** Says which paths are left out, and how many were. */
export class Excluded {
    /** Git tells capitals apart, and so does what is read of the disk. */
    private readonly rules = ignore({ ignorecase: false });
    private readonly root: string;
    private readonly own: ReadonlySet<string>;
    private readonly left = new Set<string>();

    /**
     * @param patterns those that options name
     * @param project whose own patterns count too, and whose own files are no manifests
     */
    constructor(patterns: readonly string[], project: Project) {
        this.root = resolve(project.file === undefined ? "." : dirname(project.file));
        this.rules.add(ignoredBy(join(this.root, IGNORE_FILE))).add([...(project.exclude ?? []), ...patterns]);
        const own = [project.file, project.baseline, ...(project.waivers ?? [])].flatMap((path) => path ?? []);
        this.own = new Set(own.map((path) => resolve(path)));
    }

    /** Whether a path is left out; those that are get counted, files of the project itself don't. */
    public has(path: string, isFolder: boolean, isPassedOver = false): boolean {
        const place = resolve(path);
        if (isPassedOver) {
            this.left.add(place);
            return true;
        }
        if (this.own.has(place)) {
            return true;
        }
        const shown = relative(this.root, place).split(sep).join("/");
        // Patterns are about what is below the project.
        if (shown === "" || shown === ".." || shown.startsWith("../")) {
            return false;
        }
        const left = this.rules.ignores(isFolder ? `${shown}/` : shown);
        if (left) {
            this.left.add(place);
        }
        return left;
    }

    /** How many files and folders were left out. */
    public get count(): number {
        return this.left.size;
    }

    /** The same in words, to follow a count of those that were not; empty where none was. */
    public get note(): string {
        return this.count === 0 ? "" : ` (${count(this.count, "path")} left out)`;
    }
}

function ignoredBy(path: string): string {
    return isFile(path) ? readFileSync(path, "utf8") : "";
}

function isFile(path: string): boolean {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
