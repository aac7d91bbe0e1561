import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, isAbsolute, join, resolve } from "node:path";

import type { HelmRelease } from "../../policies/kubernetes/gitops";
import { isObj, list, obj, strings } from "../../policies/kubernetes/kube";
import type { Body } from "../../policies/kubernetes/kube";
import { shellWord } from "../formats/style";
import { isOnPath } from "../path";
import { readDocuments } from "./yaml";

/** A folder whose files make objects together, by a program of their own. */
export interface Package {
    readonly kind: "Chart" | "Kustomization";
    readonly folder: string;
    /** How a chart is rendered, the files of values by their paths; default: by its folder's name, with its own values. */
    readonly release?: HelmRelease;
}

const CHART = "Chart.yaml";
/** Names that kustomize looks for, in its order. */
const KUSTOMIZATIONS = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

export function isKustomization(file: string): boolean {
    return KUSTOMIZATIONS.includes(basename(file));
}

/** What a folder is besides a folder; undefined for a plain one. */
export function packageAt(folder: string): Package | undefined {
    if (existsSync(join(folder, CHART))) {
        return { kind: "Chart", folder };
    }
    return kustomizationIn(folder) === undefined ? undefined : { kind: "Kustomization", folder };
}

function kustomizationIn(folder: string): string | undefined {
    return KUSTOMIZATIONS.map((name) => join(folder, name)).find((file) => existsSync(file));
}

/** What the kustomizations of some folders refer to. All paths are absolute. */
export interface References {
    /** Folders that another kustomization takes in, so that they are no ends of their own. */
    readonly folders: ReadonlySet<string>;
    /** Files that hold whole objects. */
    readonly resources: ReadonlySet<string>;
    /** Patches, generators and the like: they are no objects by themselves. */
    readonly parts: ReadonlySet<string>;
}

/** Fields of a kustomization that name files, by what is in them (kustomize.config.k8s.io/v1beta1). */
const RESOURCES = ["resources", "bases", "components"];
const PARTS = ["patchesStrategicMerge", "patches", "patchesJson6902", "replacements", "configurations", "crds"];
const PLUGINS = ["generators", "transformers", "validators"];

/** Reads what the kustomizations of some folders refer to. One that can't be read refers to nothing. */
export function referencesOf(folders: readonly string[]): References {
    const references = { folders: new Set<string>(), resources: new Set<string>(), parts: new Set<string>() };
    for (const folder of folders) {
        const body = bodyOf(kustomizationIn(folder));
        const pathsIn = (fields: readonly string[]) =>
            fields
                .flatMap((field) => list(body[field]))
                .flatMap((entry) => (isObj(entry) ? strings([entry["path"]]) : strings([entry])))
                .filter((path) => !path.includes("\n"))
                .map((path) => resolve(folder, path));
        for (const path of pathsIn(RESOURCES)) {
            (packageAt(path) === undefined ? references.resources : references.folders).add(path);
        }
        pathsIn([...PARTS, ...PLUGINS]).forEach((path) => references.parts.add(path));
        for (const path of strings(list(body["helmCharts"]).map((chart) => obj(chart)["valuesFile"]))) {
            references.parts.add(resolve(folder, path));
        }
        for (const generator of [...list(body["configMapGenerator"]), ...list(body["secretGenerator"])].map(obj)) {
            for (const file of [...strings(generator["files"]), ...strings(generator["envs"])]) {
                references.parts.add(resolve(folder, file.slice(file.indexOf("=") + 1)));
            }
        }
    }
    return references;
}

function bodyOf(file: string | undefined): Body {
    try {
        return file === undefined ? {} : obj(readDocuments(readFileSync(file, "utf8"))[0]?.body);
    } catch {
        return {};
    }
}

/** The words of the command that builds a package. None of what is read in it is taken for an option or an address. */
function commandOf({ kind, folder, release }: Package): readonly string[] {
    const place = asPath(folder);
    if (kind === "Chart") {
        const name = release?.name ?? releaseName(folder);
        // Helm runs the program that its option --post-renderer names.
        return ["helm", "template", ...flagsOf(release), ...(name.startsWith("-") ? ["--"] : []), name, place];
    }
    return isOnPath("kustomize") || !isOnPath("kubectl")
        ? ["kustomize", "build", place]
        : ["kubectl", "kustomize", place];
}

/** A folder that can't be taken for an option, nor, as kustomize takes `github.com/owner/name`, for a repository elsewhere. */
function asPath(folder: string): string {
    return isAbsolute(folder) || /^\.{1,2}(?:\/|$)/.test(folder) ? folder : `./${folder}`;
}

/**
 * The folder's name as far as Helm takes it for a release: labels of lower-case letters, digits and hyphens, joined by dots, of
 * at most 53 characters together; `release` where nothing of it is left.
 */
function releaseName(folder: string): string {
    const labels = basename(resolve(folder))
        .toLowerCase()
        .slice(0, 53)
        .split(".")
        .map((label) => label.replace(/[^a-z0-9-]+/g, "-").replace(/^-+|-+$/g, ""));
    const name = labels.filter((label) => label !== "").join(".");
    return name === "" ? "release" : name;
}

const PARAMETER_FLAGS = ["--set", "--set-string"];

function flagsOf(release: HelmRelease | undefined): readonly string[] {
    if (release === undefined) {
        return ["--include-crds"];
    }
    const { namespace, valueFiles, values, parameters, skipCrds } = release;
    return [
        ...(skipCrds ? [] : ["--include-crds"]),
        ...(namespace === "" ? [] : ["--namespace", namespace]),
        ...valueFiles.flatMap((file) => ["--values", file]),
        // Values may be secrets, so they come by standard input and are not among the words of the command.
        ...(values === undefined ? [] : ["--values", "-"]),
        ...parameters.flatMap(({ name, value, isText }) => [isText ? "--set-string" : "--set", `${name}=${value}`]),
    ];
}

/** What came of building a package: its manifests, or why there are none. */
export type Built = { readonly text: Buffer } | { readonly reason: string };

/** Builds a package with its own program, where that is on the PATH. */
export function build(found: Package): Built {
    const [program = "", ...args] = commandOf(found);
    const written = [program, ...args].map(shown).join(" ");
    const byHand = `scan what comes of: ${written}`;
    if (!isOnPath(program)) {
        return { reason: `${program} is not on the PATH; ${byHand}` };
    }
    const values = found.release?.values;
    const input = values === undefined ? {} : { input: typeof values === "string" ? values : JSON.stringify(values) };
    const { status, stdout, error } = spawnSync(program, args, { maxBuffer: 2 ** 30, ...input });
    // What the program says may hold values, so it is not repeated.
    return error === undefined && status === 0 ? { text: stdout } : { reason: `${program} fails on it; ${byHand}` };
}

/** A word of a command as it is shown: a value that is set by its path may be a secret. */
function shown(word: string, index: number, words: readonly string[]): string {
    const isSet = PARAMETER_FLAGS.includes(words[index - 1] ?? "");
    return isSet ? `${shellWord(word.slice(0, word.indexOf("=")))}=…` : shellWord(word);
}
