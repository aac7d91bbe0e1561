import assert from "node:assert/strict";

import type { KubernetesObject } from "../cluster/harness/kubectl";
import type { HeldResource, KubernetesInputs, Outcome } from "./project";

/** `Kind namespace/name` of what the engine sent to the provider. */
export const nameOf = ({ kind, metadata }: KubernetesInputs): string =>
    `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;

/** The logical name of a resource in the state. */
export const logicalName = ({ urn }: HeldResource): string => urn.slice(urn.lastIndexOf("::") + 2);

/** The pod template of a workload. */
export const podsOf = (workload: KubernetesObject | undefined): unknown =>
    (workload?.["spec"] as { template: unknown } | undefined)?.template;

/** Fails with all that the engine printed, unless it ended well and the policy pack found nothing that must be mended. */
export function succeeded(outcome: Outcome): void {
    assert.equal(outcome.code, 0, outcome.output);
    assert.deepEqual(
        outcome.findings.filter(({ level }) => level === "mandatory"),
        [],
    );
}
