import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { FalcoRules, RuleFile } from "./rules";
import { parseRules } from "./rules";
import type { RuleSource } from "./fields";
import { toYaml } from "../yaml";

const DIRECTORY = join(__dirname, "rules");

/** Files that only make sense with the audit log as a source. */
const AUDIT_FILES: ReadonlySet<string> = new Set(["50-kubernetes-audit.yaml"]);

/** What a stack adds to the lists of the shipped rules. */
export interface RuleAdditions {
    /** Repositories of the platform's own images, as the cluster names them. */
    readonly applicationImages: readonly string[];
    /** Repositories of other workloads that have an identity. */
    readonly workloadImages: readonly string[];
    /** Repositories of the foundation's images, where they come from a mirror. */
    readonly foundationImages: readonly string[];
    /** Repositories of the canary's image. */
    readonly probeImages: readonly string[];
}

/** The rule files of a source, in the order Falco loads them, with the stack's additions last. */
export function ruleFiles(source: RuleSource, additions?: RuleAdditions): readonly RuleFile[] {
    const files = readdirSync(DIRECTORY)
        .sort()
        .filter((name) => AUDIT_FILES.has(name) === (source === "k8s_audit"))
        .map((name) => ({ name, text: readFileSync(join(DIRECTORY, name), "utf8") }));
    return additions === undefined ? files : [...files, { name: "99-stack.yaml", text: stackLists(additions) }];
}

/** The rules of a source, checked. */
export function shippedRules(source: RuleSource, additions?: RuleAdditions): FalcoRules {
    return parseRules(ruleFiles(source, additions));
}

function stackLists(additions: RuleAdditions): string {
    const lists = {
        x0_application_images: additions.applicationImages,
        x0_workload_api_images: [...additions.applicationImages, ...additions.workloadImages],
        x0_foundation_images: additions.foundationImages,
        x0_probe_images: additions.probeImages,
    };
    return toYaml(
        Object.entries(lists).map(([list, items]) => ({
            list,
            items: [...new Set(items)],
            override: { items: "append" },
        })),
    );
}
