import { controls } from "../policies/controls";
import { Attempts, readContent } from "../policies/engine/input";
import type { ProfileName } from "../policies/engine/profiles";
import { PROFILES, selectControls } from "../policies/engine/profiles";
import { oneOf } from "../policies/engine/schema";
import { evaluate } from "./evaluate";
import { folded } from "./fold";
import type { Failure, Finding, NotJudged, Summary } from "./findings";
import { Tally } from "./findings";
import { allDefinitions, waiversFrom } from "./selection";
import type { Followed } from "./sources/gitops";
import { follow, together } from "./sources/gitops";
import { readBodies, readManifests } from "./sources/manifests";

export type { FrameworkRef } from "../policies/engine/frameworks";
export type { Enforcement, Severity } from "../policies/engine/control";
export type { PatchOperation } from "../policies/kubernetes/path";
export type { Failure, FailureCause, Finding, FindingStatus, FindingWaiver, NotJudged, Summary } from "./findings";
export type { ProfileName };
export { InputError } from "../policies/engine/input";

/** What objects are judged by. */
export interface ScanOptions {
    /**
     * The controls to run.
     * @default "restricted"
     */
    readonly profile?: ProfileName;
    /**
     * Levels and parameters by the control's name, in the form of Pulumi's `--policy-pack-config`.
     * @default none: the controls' own
     */
    readonly config?: Readonly<Record<string, unknown>>;
    /**
     * Paths of files that accept risks.
     * @default none
     */
    readonly waivers?: readonly string[];
    /**
     * Files or folders with CustomResourceDefinitions that custom resources are held to, beside those among the objects.
     * @default none
     */
    readonly crds?: readonly string[];
    /**
     * The time that waivers expire by.
     * @default now
     */
    readonly now?: Date;
    /**
     * What findings name as the source of objects that come from no file.
     * @default "objects"
     */
    readonly source?: string;
}

/** What came of a scan: the same as `hardening scan --format json` writes. */
export interface ScanReport {
    readonly schema: 1;
    readonly results: readonly Finding[];
    /** What could not be read or judged; with one of these, the absence of findings says nothing. */
    readonly errors: readonly Failure[];
    /** What no control has looked at. */
    readonly notJudged: readonly NotJudged[];
    readonly summary: Summary;
}

/**
 * Judges Kubernetes objects, together as one stack, so that a NetworkPolicy among them covers the pods.
 *
 * @param documents parsed YAML or JSON documents: objects, lists of objects, or what `pulumi preview --json`,
 *     `pulumi stack export` or `terraform show -json` printed
 * @throws InputError with every mistake in `faults`, where the options can't be used
 */
export function scan(documents: Iterable<unknown>, options: ScanOptions = {}): ScanReport {
    return judged(together([readBodies(options.source ?? "objects", [...documents])]), options);
}

/**
 * Judges what files and folders hold, together as one stack. A folder stands for every `.yaml`, `.yml` and `.json` below it;
 * a chart or a kustomization in it is built where its program is on the PATH, and is not judged where not. Folders of the same
 * checkout that objects of Argo CD and Flux have applied are read as well.
 *
 * @throws InputError with every mistake in `faults`, where the options can't be used
 */
export function scanPaths(paths: readonly string[], options: ScanOptions = {}): ScanReport {
    return judged(follow(together([...readManifests(paths)])), options);
}

function judged(read: Followed, options: ScanOptions): ScanReport {
    const { profile = "restricted", config = {}, waivers = [], crds = [], now = new Date() } = options;
    const attempts = new Attempts();
    // No type holds a caller in JavaScript to it, and a profile that nobody knows holds no control, so it would find nothing.
    attempts.of(() => readContent(oneOf(...PROFILES), profile, "profile"), undefined);
    const selected = attempts.of(() => selectControls(controls, profile, config, "config"), []);
    const accepted = waivers.flatMap((file) => attempts.of(() => waiversFrom(file, "waivers"), []));
    const definitions = attempts.of(() => allDefinitions(crds, "crds"), []);
    attempts.finish();
    const came = evaluate([read.resources], {
        selected,
        waivers: accepted,
        definitions,
        now,
    });
    const notJudged = [...read.notJudged, ...came.notJudged];
    const tally = new Tally();
    const results = [...folded(came.findings.values(), profile, selected)];
    results.forEach((finding) => tally.add(finding));
    tally.notJudged = notJudged.length;
    return {
        schema: 1,
        results,
        errors: [...read.failures, ...came.failures],
        notJudged,
        summary: tally.summary(came.resources),
    };
}
