import { stackControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { knownName, list, obj, str } from "../../kubernetes/kube";
import { isIstioAuthorization, joinsMesh } from "./mesh";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";

const LINKERD = "policy.linkerd.io";

export const meshAuthorizationInPlace = stackControl({
    name: "mesh-authorization-in-place",
    description: "Every namespace of the mesh says who may call its workloads, and no rule says everybody.",
    why: "Mutual TLS proves who calls; without an authorization policy everybody who can prove a name is served.",
    severity: "medium",
    covers: ["net.mesh-authz"],
    frameworks: [...mitre("T1210"), ...nist("AC-3", "AC-4"), ...soc2("CC6.1", "CC6.6"), ...checklist("NET-4", "ZT-3")],
    remediation: "Add an AuthorizationPolicy to the namespace that names the callers.",
    profiles: ["x0tta6bl4"],
    *check(stack, { each }) {
        yield* each(
            stack.ofKind("Namespace"),
            (namespace) => namespace,
            function* (namespace) {
                if (joinsMesh(namespace) && !stack.memo(guarded).has(knownName(namespace))) {
                    yield {
                        object: namespace,
                        path: `${namespace.prefix}metadata.name`,
                        message: `namespace "${namespace.name}" is part of the mesh, but has no AuthorizationPolicy in this stack. Add one that names the callers.`,
                        absent: true,
                    };
                }
            },
        );
        yield* each(
            stack.ofKind("AuthorizationPolicy").filter(isIstioAuthorization),
            (policy) => policy,
            function* (policy) {
                const spec = obj(policy.body["spec"]);
                const allows = ["", "ALLOW"].includes(str(spec["action"]));
                for (const [index, rule] of list(spec["rules"]).entries()) {
                    if (allows && Object.keys(obj(rule)).length === 0) {
                        const path = `${policy.prefix}spec.rules[${index}]`;
                        yield {
                            object: policy,
                            path,
                            message: `${path} is empty, so it allows everybody. Name the callers.`,
                        };
                    }
                }
            },
        );
        yield* each(
            stack.ofKind("AuthorizationPolicy").filter(({ group }) => group === LINKERD),
            (policy) => policy,
            function* (policy) {
                const target = obj(obj(policy.body["spec"])["targetRef"]);
                const name = str(target["name"]);
                if (target["kind"] === "Server" && stack.find("Server", policy.namespace, name) === undefined) {
                    const path = `${policy.prefix}spec.targetRef.name`;
                    yield {
                        object: policy,
                        path,
                        message: `${path} is "${name}", but namespace "${namespaceOf(policy)}" has no such Server in this stack. Add it or correct the name.`,
                    };
                }
            },
        );
    },
    admission: { none: "Whether a namespace has a policy can't be told from one object." },
});

function guarded(stack: Stack): ReadonlySet<string> {
    const isPolicy = (object: KubeObject): boolean => isIstioAuthorization(object) || object.group === LINKERD;
    return new Set(stack.ofKind("AuthorizationPolicy").filter(isPolicy).map(namespaceOf));
}
