import assert from "node:assert/strict";
import type { Cluster } from "../harness/cluster";
import { create, remove, removeAll } from "./objects";
import { until } from "./until";

const GROUP = "/apis/admissionregistration.k8s.io/v1";

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
    let checked: readonly CheckedPolicy[] = [];
    await until(
        "the types are checked in every policy",
        async () => {
            const response = await cluster.request("GET", `${GROUP}/validatingadmissionpolicies`);
            const policies = (JSON.parse(response.text) as { items: readonly CheckedPolicy[] }).items;
            checked = policies.filter(
                ({ metadata, status }) =>
                    names.includes(metadata.name) &&
                    status?.typeChecking &&
                    status.observedGeneration === metadata.generation,
            );
            const waiting = names.filter((name) => !checked.some(({ metadata }) => metadata.name === name));
            return waiting.length === 0 || `not yet in ${waiting.join(", ")}`;
        },
        { seconds: 90, everyMs: 250 },
    );
    return checked.flatMap(({ metadata, status }) =>
        (status?.typeChecking?.expressionWarnings ?? []).map(({ warning }) => `${metadata.name}: ${warning}`),
    );
}

/**
 * Waits until every policy and binding that was made before this call is in force. The API server reads both in the order
 * in which they were made, so a policy made after them is in force only when they are.
 */
export async function policiesInForce(cluster: Cluster): Promise<void> {
    const name = "made-last";
    const marker = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" } };
    const policy = {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicy",
        metadata: { name },
        spec: {
            matchConstraints: {
                resourceRules: [
                    {
                        apiGroups: [""],
                        apiVersions: ["v1"],
                        operations: ["CREATE"],
                        resources: ["configmaps"],
                        resourceNames: [name],
                    },
                ],
            },
            validations: [{ expression: "false", message: "in force" }],
        },
    };
    const binding = {
        ...policy,
        kind: "ValidatingAdmissionPolicyBinding",
        spec: { policyName: name, validationActions: ["Deny"] },
    };
    for (const object of [policy, binding]) {
        const { accepted, message } = await create(cluster, object);
        assert.ok(accepted, message);
    }
    await until(
        "the policies are in force",
        async () => (await create(cluster, marker, { dryRun: true })).message.endsWith("in force"),
        { seconds: 90 },
    );
    await remove(cluster, [binding, policy]);
}

/** Removes every policy and binding of the cluster; the bindings first, so that no binding is without its policy. */
export async function removePolicies(cluster: Cluster): Promise<void> {
    await removeAll(cluster, `${GROUP}/validatingadmissionpolicybindings`);
    await removeAll(cluster, `${GROUP}/validatingadmissionpolicies`);
}
