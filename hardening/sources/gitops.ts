import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

import type { GitSource, HelmRelease } from "../../policies/kubernetes/gitops";
import { GITOPS_KINDS, gitSourcesOf } from "../../policies/kubernetes/gitops";
import { kubeObjects } from "../../policies/kubernetes/kube";
import type { Resource } from "../../policies/kubernetes/resource";
import { Stack } from "../../policies/kubernetes/stack";
import { ifKnown } from "../../policies/kubernetes/unknown";
import type { Failure, NotJudged } from "../findings";
import type { ManifestFile, ManifestOptions } from "./manifests";
import { readManifests, readPackage } from "./manifests";
import { packageAt } from "./packages";

/** A checkout of a repository. */
interface Checkout {
    readonly root: string;
    /** The addresses that it knows the repository by; none where that can't be told, and then no source is known to be it. */
    readonly remotes: readonly string[];
}

/** The checkout that a file lies in. */
function checkoutOf(file: string): Checkout | undefined {
    for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
        const git = join(folder, ".git");
        if (existsSync(git)) {
            return { root: folder, remotes: remotesIn(join(sharedFolder(git), "config")) };
        }
        if (folder === dirname(folder)) {
            return undefined;
        }
    }
}

/** Where git keeps what belongs to a checkout as a whole (gitrepository-layout); that of a worktree or submodule is elsewhere. */
function sharedFolder(git: string): string {
    const own = /^gitdir:(.*)/.exec(textOf(git) ?? "")?.[1]?.trim();
    const folder = own === undefined ? git : resolve(dirname(git), own);
    const shared = textOf(join(folder, "commondir"))?.trim();
    return shared === undefined ? folder : resolve(folder, shared);
}

/** The addresses of a configuration's remotes; those of submodules are other repositories. */
function remotesIn(config: string): readonly string[] {
    const sections = (textOf(config) ?? "").split(/^(?=\s*\[)/m).filter((section) => /^\s*\[remote\s/i.test(section));
    return sections
        .flatMap((section) => [...section.matchAll(/^\s*url\s*=\s*"?([^\s"]+)"?\s*$/gim)])
        .map(([, url = ""]) => normalised(url));
}

/** The text of a file of git's; undefined where it is none. */
function textOf(file: string): string | undefined {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}

/** An address of a repository without what differs between two ways to reach the same one. */
function normalised(url: string): string {
    return url
        .toLowerCase()
        .replace(/^[a-z+]+:\/\//, "")
        .replace(/^[^/@]*@/, "")
        .replace(/^([^/:]+):(?:\d+\/)?/, "$1/")
        .replace(/\/+$/, "")
        .replace(/\.git$/, "");
}

/** What an object has applied: a folder of manifests, or a chart with what it is rendered with. */
interface Applied {
    readonly folder: string;
    readonly release: HelmRelease | undefined;
}

/** What a source is, where it lies in the checkout of the object that names it. */
function appliedOf({ repository, path, changed, release }: GitSource, checkout: Checkout): Applied | undefined {
    const { root, remotes } = checkout;
    const isOwn = repository !== undefined && remotes.includes(normalised(repository));
    if (!isOwn || path === undefined || changed) {
        return undefined;
    }
    // Argo CD and Flux both take the path from the repository's root, with or without a slash before it.
    const folder = below(root, path);
    if (folder === undefined || statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
        return undefined;
    }
    if (release === undefined || packageAt(folder)?.kind !== "Chart") {
        return release === undefined || isPlain(release) ? { folder, release: undefined } : undefined;
    }
    const valueFiles = release.valueFiles.map((file) => below(root, file.startsWith("/") ? file : join(path, file)));
    return valueFiles.every((file) => file !== undefined) ? { folder, release: { ...release, valueFiles } } : undefined;
}

/** What a release gives to a chart besides its name, which a folder of manifests takes nothing of. */
function isPlain({ valueFiles, values, parameters }: HelmRelease): boolean {
    return valueFiles.length === 0 && values === undefined && parameters.length === 0;
}

/** A path below a folder; undefined where it leads out of it. */
function below(root: string, path: string): string | undefined {
    const found = join(root, path);
    const way = relative(root, found);
    return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way) ? undefined : found;
}

/** What was read, with what its objects of Argo CD and Flux have applied. */
export interface Followed {
    /** How many files that was. */
    readonly files: number;
    readonly resources: readonly Resource[];
    readonly failures: readonly Failure[];
    readonly notJudged: readonly NotJudged[];
}

/** What some files hold. */
export function together(files: readonly ManifestFile[]): Followed {
    return {
        files: files.length,
        resources: files.flatMap(({ resources }) => resources),
        failures: files.flatMap(({ failures }) => failures),
        notJudged: files.flatMap((file) => file.notJudged ?? []),
    };
}

/**
 * Reads the folders that objects of Argo CD and Flux apply, where those lie in the same checkout, and what these apply in
 * turn. An object whose folders are all read is marked `shown`.
 *
 * @param read what was read already; no file is read twice
 */
export function follow(read: Followed, options: ManifestOptions = {}): Followed {
    if (!read.resources.some(appliesOthers)) {
        return read;
    }
    const sources = new Set(
        [...read.resources, ...read.failures, ...read.notJudged].map(({ source }) => resolve(source)),
    );
    const done = new Set<string>();
    const rendered = new Set<string>();
    const more: ManifestFile[] = [];
    let all = read.resources;
    for (;;) {
        const stack = new Stack(all);
        const found = all
            .flatMap((resource) => appliedBy(resource, stack))
            .filter((one) => !done.has(JSON.stringify(one)));
        if (found.length === 0) {
            break;
        }
        for (const one of found) {
            const { folder, release } = one;
            done.add(JSON.stringify(one));
            if (release !== undefined) {
                rendered.add(resolve(folder));
                more.push(readPackage({ kind: "Chart", folder, release }, options));
                continue;
            }
            for (const file of readManifests([folder], options)) {
                if (!sources.has(resolve(file.source))) {
                    sources.add(resolve(file.source));
                    more.push(file);
                }
            }
        }
        all = [...read.resources, ...more.flatMap(({ resources }) => resources)];
    }
    const stack = new Stack(all);
    // A chart that was read by itself, with its own values, is none of what is applied.
    const isApplied = ({ source }: { readonly source: string }) => !rendered.has(resolve(source));
    return {
        files: read.files + more.length,
        resources: [...read.resources.filter(isApplied), ...more.flatMap(({ resources }) => resources)].map(
            (resource) => (appliedBy(resource, stack).length > 0 ? { ...resource, shown: true } : resource),
        ),
        failures: [...read.failures.filter(isApplied), ...more.flatMap(({ failures }) => failures)],
        notJudged: [...read.notJudged.filter(isApplied), ...more.flatMap((file) => file.notJudged ?? [])],
    };
}

function appliesOthers(resource: Resource): boolean {
    return kubeObjects(resource).some(({ group, kind }) => GITOPS_KINDS.includes(`${group}/${kind}`));
}

/** What the objects of a resource apply; nothing where one of them applies something else. */
function appliedBy(resource: Resource, stack: Stack): readonly Applied[] {
    const sources = appliesOthers(resource)
        ? kubeObjects(resource).flatMap((object) => ifKnown(() => gitSourcesOf(object, stack)) ?? [])
        : [];
    const checkout = sources.length === 0 ? undefined : checkoutOf(resource.source);
    const applied = checkout === undefined ? [] : sources.map((source) => appliedOf(source, checkout));
    if (!applied.every((one) => one !== undefined)) {
        return [];
    }
    // Findings name files as the one is named that led to them, so that a report is the same on every machine.
    const named = (path: string) => (isAbsolute(resource.source) ? path : relative("", path) || ".");
    return applied.map(({ folder, release }) => ({
        folder: named(folder),
        release: release && { ...release, valueFiles: release.valueFiles.map(named) },
    }));
}
