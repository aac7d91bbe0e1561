import { load } from "js-yaml";

import { list, obj } from "../../../policies/kubernetes/kube";
import type { Resource } from "../../../policies/kubernetes/resource";
import type { Judgement } from "../judgement";
import { allOf, missing } from "../judgement";
import { filesOf } from "./settings";

/** Whom SPIRE attests: nodes, by plugins of its server, and workloads, by plugins of its agents. */
export const ATTESTOR_SIDES = ["node", "workload"] as const;
export type AttestorSide = (typeof ATTESTOR_SIDES)[number];

const CONFIGURED = {
    node: { file: "server.conf", plugins: "NodeAttestor" },
    workload: { file: "agent.conf", plugins: "WorkloadAttestor" },
} as const;

/**
 * Judges the attestors of one side that a stack configures, each by its tests.
 *
 * @param tests of attestors, by `<side>/<plugin>`
 * @param judge judges one attestor by all of its tests
 */
export function judgeAttestors(
    side: AttestorSide,
    resources: readonly Resource[],
    tests: Readonly<Record<string, readonly string[]>>,
    judge: (tests: readonly string[]) => Judgement,
): Judgement {
    const { file, plugins } = CONFIGURED[side];
    const names = filesOf(resources, file)
        .flatMap((text) => list(obj(obj(load(text))["plugins"])[plugins]))
        .flatMap((entry) => Object.keys(obj(entry)));
    if (names.length === 0) {
        return missing("none is configured");
    }
    const judged = [...new Set(names)].sort().map((name) => {
        const own = Object.hasOwn(tests, `${side}/${name}`) ? tests[`${side}/${name}`] : undefined;
        const { detail, ...rest } = own === undefined ? missing("has no test") : judge(own);
        // What waits for runs alone says so in the words of all that does.
        return { ...rest, detail: rest.state === "unproven" ? detail : `${name}: ${detail}` };
    });
    return allOf(...judged.map((one) => () => one));
}
