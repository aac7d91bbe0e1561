import { stackControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { IngressPath } from "../../kubernetes/ingress";
import { ingressRules, isIngress } from "../../kubernetes/ingress";
import { describe, type KubeObject } from "../../kubernetes/kube";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";
import { ifKnown } from "../../kubernetes/unknown";
import { show } from "../../text";

export const ingressHostsAreUnique = stackControl({
    name: "ingress-hosts-are-unique",
    description: "No two Ingresses claim the same path of a host, and no two namespaces the same host.",
    why: "Which of two claims wins depends on the controller: a second one can take over the traffic of the first.",
    severity: "medium",
    covers: ["net.ingress-unique"],
    frameworks: [...mitre("T1557"), ...nist("SC-7", "AC-4"), ...soc2("CC6.6"), ...checklist("NET-3")],
    remediation: "Give each Ingress hosts, or paths of a host, of its own.",
    profiles: ["x0tta6bl4"],
    *check(stack, { each }) {
        const claims = stack.memo(claimsByHost);
        yield* each(
            stack.objects.filter(isIngress),
            (ingress) => ingress,
            function* (ingress) {
                for (const { path, host, paths } of ingressRules(ingress)) {
                    const rival = rivalOf(claims.get(host), ingress, paths);
                    if (host !== "" && rival !== undefined) {
                        yield {
                            object: ingress,
                            path: `${path}.host`,
                            message: `${path}.host is "${host}", which ${describe(rival)} claims too. Give each a host or path of its own.`,
                        };
                    }
                }
            },
        );
    },
    admission: { none: "The other Ingresses are other objects." },
});

/** Who claims a host: for each namespace and for each path the first two Ingresses, which is enough to name a rival. */
type Claims = ReadonlyMap<string, readonly KubeObject[]>;

function claimsByHost(stack: Stack): ReadonlyMap<string, Claims> {
    const found = new Map<string, Map<string, KubeObject[]>>();
    for (const ingress of stack.objects.filter(isIngress)) {
        // One that is unknown is reported as such when its turn comes.
        for (const { host, paths } of ifKnown(() => ingressRules(ingress)) ?? []) {
            const claims = found.get(host) ?? new Map<string, KubeObject[]>();
            found.set(host, claims);
            for (const key of [ANYWHERE, ...ownPaths(ingress, paths).map(({ value }) => pathKey(ingress, value))]) {
                const claimants = claims.get(key) ?? [];
                const isNews =
                    key === ANYWHERE
                        ? claimants.every((other) => namespaceOf(other) !== namespaceOf(ingress))
                        : !claimants.includes(ingress);
                if (claimants.length < 2 && isNews) {
                    claims.set(key, [...claimants, ingress]);
                }
            }
        }
    }
    return found;
}

/** The paths that an Ingress claims for itself: a canary of ingress-nginx takes a share of another's, of its own namespace. */
function ownPaths(ingress: KubeObject, paths: readonly IngressPath[]): readonly IngressPath[] {
    return show(ingress.annotations["nginx.ingress.kubernetes.io/canary"] ?? "") === "true" ? [] : paths;
}

/** Key of the Ingresses that claim any path of a host, of which one for each namespace is kept. */
const ANYWHERE = "";

function pathKey(ingress: KubeObject, path: string): string {
    return `${namespaceOf(ingress)}\u0000${path}`;
}

function rivalOf(
    claims: Claims | undefined,
    ingress: KubeObject,
    paths: readonly IngressPath[],
): KubeObject | undefined {
    return (
        claims?.get(ANYWHERE)?.find((other) => namespaceOf(other) !== namespaceOf(ingress)) ??
        ownPaths(ingress, paths)
            .flatMap(({ value }) => claims?.get(pathKey(ingress, value)) ?? [])
            .find((other) => other !== ingress)
    );
}
