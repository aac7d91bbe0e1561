import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { list, obj, str } from "../../policies/kubernetes/kube";
import type { Resource } from "../../policies/kubernetes/resource";
import type { Finding } from "../findings";
import type { Observations } from "../evidence/observations";
import type { Known } from "./score";

/** What a report knows besides files of the repository. */
export interface EvidenceInput {
    /** Root of the repository. */
    readonly directory: string;
    readonly resources: readonly Resource[];
    readonly findings: readonly Finding[];
    readonly controls: readonly string[];
    readonly observations: Observations;
}

/** Gathers what a run can prove. */
export function gatherEvidence(input: EvidenceInput): Known {
    const types = new Map<string, number>();
    for (const { type } of input.resources) {
        types.set(type, (types.get(type) ?? 0) + 1);
    }
    return {
        findings: input.findings,
        controls: new Set(input.controls),
        types,
        alerts: new Set(input.resources.flatMap(alertsOf)),
        observations: input.observations,
        exists: (name: string) => existsSync(join(input.directory, name)),
        hasJob: (entry: string) => hasJob(input.directory, entry),
    };
}

/** Names of the alerts that a PrometheusRule defines. */
export function alertsOf({ type, props }: Resource): readonly string[] {
    if (!type.endsWith(":PrometheusRule")) {
        return [];
    }
    return list(obj(props["spec"])["groups"])
        .flatMap((group) => list(obj(group)["rules"]))
        .flatMap((rule) => str(obj(rule)["alert"]) || []);
}

function hasJob(directory: string, entry: string): boolean {
    const [file = "", job = ""] = entry.split("#");
    const path = join(directory, file);
    if (!existsSync(path)) {
        return false;
    }
    return job in obj(obj(load(readFileSync(path, "utf8")))["jobs"]);
}
