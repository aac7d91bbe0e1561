import { meshAuthorizationInPlace } from "../../../../policies/controls/network/mesh-authorization-in-place";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";
import { namespace } from "../../../support/objects";

const meshed = namespace("shop", { "istio-injection": "enabled" });
const policy = (spec: Manifest, apiVersion = "security.istio.io/v1") => ({
    apiVersion,
    kind: "AuthorizationPolicy",
    metadata: { name: "callers", namespace: "shop" },
    spec,
});
const linkerd = policy(
    { targetRef: { group: "policy.linkerd.io", kind: "Server", name: "web-http" } },
    "policy.linkerd.io/v1alpha1",
);

describeControl(meshAuthorizationInPlace, {
    refused: {
        "a rule for everybody": {
            object: policy({ action: "ALLOW", rules: [{ from: [{}] }, {}] }),
            message: "spec.rules[1] is empty, so it allows everybody. Name the callers.",
        },
        "a namespace of the mesh without a policy": {
            object: meshed,
            message: `namespace "shop" is part of the mesh, but has no AuthorizationPolicy in this stack. Add one that names the callers.`,
        },
        "a policy for a Server that is not there": {
            object: linkerd,
            message: `spec.targetRef.name is "web-http", but namespace "shop" has no such Server in this stack. Add it or correct the name.`,
        },
    },
    allowed: {
        "a namespace of the mesh with a policy": { stack: [meshed, policy({})] },
        "a namespace outside the mesh": { object: namespace() },
        "an empty rule that denies": { object: policy({ action: "DENY", rules: [{}] }) },
        "a policy for a Server that is there": {
            stack: [
                linkerd,
                {
                    apiVersion: "policy.linkerd.io/v1beta3",
                    kind: "Server",
                    metadata: { name: "web-http", namespace: "shop" },
                },
            ],
        },
    },
});
