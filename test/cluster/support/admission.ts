import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../harness/cluster";

/** What the controller manager says about a ValidatingAdmissionPolicy once it has read it. */
interface CheckedPolicy {
    readonly metadata: { readonly name: string; readonly generation?: number };
    readonly status?: {
        readonly observedGeneration?: number;
        readonly typeChecking?: { readonly expressionWarnings?: readonly { readonly warning: string }[] };
    };
}

/**
 * What the type checker has against the policies named, a line each; waits until it has looked at all of them, for it
 * takes one after the other and a policy that it has not reached has no warnings either.
 */
export async function typeWarnings(cluster: Cluster, names: readonly string[]): Promise<readonly string[]> {
    assert.ok(names.length > 0, "no policies to look at");
    const deadline = Date.now() + 90_000;
    for (;;) {
        const policies: readonly CheckedPolicy[] = await cluster.kubectl.list("validatingadmissionpolicies");
        const ours = policies.filter(({ metadata }) => names.includes(metadata.name));
        const checked = ours.filter(
            ({ metadata, status }) => status?.typeChecking && status.observedGeneration === metadata.generation,
        );
        if (checked.length === names.length) {
            return checked.flatMap(({ metadata, status }) =>
                (status?.typeChecking?.expressionWarnings ?? []).map(({ warning }) => `${metadata.name}: ${warning}`),
            );
        }
        const waiting = names.filter((name) => !checked.some(({ metadata }) => metadata.name === name));
        assert.ok(Date.now() < deadline, `after 90 s the types were still not checked in: ${waiting.join(", ")}`);
        await sleep(500);
    }
}
