import assert from "node:assert/strict";

import type { Asker } from "../../../policies/kubernetes/rbac/authorizer";
import type { AccessRequest } from "../../../policies/kubernetes/rbac/rule";
import type { Cluster } from "../harness/cluster";

/** What the API server's authorizers say of a request (SubjectAccessReview). */
export async function review(cluster: Cluster, who: Asker, what: AccessRequest): Promise<boolean> {
    const spec = { ...who, ...("path" in what ? { nonResourceAttributes: what } : { resourceAttributes: what }) };
    const { status, text } = await cluster.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec,
    });
    assert.equal(status, 201, text);
    return (JSON.parse(text) as { status: { allowed: boolean } }).status.allowed;
}
