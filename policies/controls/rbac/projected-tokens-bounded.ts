import { bindingsOfServiceAccount } from "../../kubernetes/rbac/bindings";
import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Body, KubeObject } from "../../kubernetes/kube";
import { isObj, list, obj, str } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";
import type { PodView } from "../../kubernetes/pods";
import { serviceAccountName } from "../../kubernetes/service-accounts";

export const projectedTokensBounded = stackControl({
    name: "projected-tokens-bounded",
    description:
        "Every projected service account token has a short lifetime and, unless its pod has rights at the API server, an audience.",
    why: "A token without an audience is good for the API server and for every service that accepts those; a long one stays good after it is stolen.",
    severity: "medium",
    covers: [],
    frameworks: [
        ...mitre("T1528", "T1550.001"),
        ...nist("IA-5", "AC-12"),
        ...soc2("CC6.1"),
        ...checklist("ACC-3", "SEC-4"),
    ],
    remediation: "Set audience to the one service the token is for, and expirationSeconds to two hours or less.",
    profiles: ["x0tta6bl4"],
    params: {
        maxSeconds: {
            type: "integer",
            description: "The longest lifetime of a projected token, in seconds.",
            default: 7200,
            minimum: 600,
        },
    },
    *check(stack, { each, params }) {
        yield* each(
            stack.pods(),
            (pod) => pod.object,
            function* (pod) {
                // The API server's own audience is the default, which is right for a pod that has business there.
                const isClient =
                    bindingsOfServiceAccount(stack, pod.object.namespace, serviceAccountName(pod)).length > 0;
                for (const token of tokensOf(pod)) {
                    yield* faultsOf(pod.object, token, isClient, params.maxSeconds);
                }
            },
        );
        yield* each(
            stack.ofKind("CSIDriver").filter(({ group }) => group === "storage.k8s.io"),
            (object) => object,
            driverFaults,
        );
    },
    admission: {
        none: "Whether a token is for the API server stands in the bindings of its account, which are other objects.",
    },
});

/**
 * Audiences that an API server takes for its own: its names in the cluster, and the issuers of GKE, EKS and AKS
 * (--api-audiences, which by default is --service-account-issuer).
 */
const API_SERVER =
    /^(?:https:\/\/)?(?:kubernetes(?:\.default(?:\.svc(?:\.[^/]+)?)?)?(?::\d+)?|api|(?:container\.googleapis\.com\/v1\/projects|oidc\.eks\.[\w-]+\.amazonaws\.com(?:\.cn)?\/id|[\w.-]+\.oic\.[\w-]*aks\.azure\.com|[\w.-]+\.azmk8s\.io)(?:[/:].*)?)\/?$/;

interface Token {
    readonly path: string;
    readonly body: Body;
}

function tokensOf(pod: PodView): readonly Token[] {
    return list(pod.spec["volumes"]).flatMap((volume, index) =>
        list(obj(obj(volume)["projected"])["sources"]).flatMap((source, at) => {
            const body = obj(source)["serviceAccountToken"];
            const path = `${pod.prefix}volumes[${index}].projected.sources[${at}].serviceAccountToken`;
            return isObj(body) ? [{ path, body }] : [];
        }),
    );
}

/** What a CSI driver is handed of each pod that mounts its volumes (storage.k8s.io/v1, CSIDriverSpec.tokenRequests). */
function* driverFaults(object: KubeObject): Iterable<StackFault> {
    for (const [index, request] of list(obj(object.body["spec"])["tokenRequests"]).entries()) {
        const audience = str(obj(request)["audience"]);
        if (audience === "" || API_SERVER.test(audience)) {
            const path = `${object.prefix}spec.tokenRequests[${index}].audience`;
            const said = audience === "" ? "empty, which means" : `"${audience}",`;
            yield {
                object,
                path,
                message: `${path} is ${said} the API server, so the driver may act there as every pod that mounts its volumes. Set it to the service the tokens are for.`,
            };
        }
    }
}

function* faultsOf(object: KubeObject, { path, body }: Token, isClient: boolean, max: number): Iterable<StackFault> {
    const audience = str(body["audience"]);
    if (API_SERVER.test(audience) && !isClient) {
        yield {
            object,
            path: `${path}.audience`,
            message: `${path}.audience is "${audience}", the API server, where its account has no rights in this stack. Set it to the service the token is for.`,
        };
    }
    if (audience === "" && !isClient) {
        yield {
            object,
            path: `${path}.audience`,
            message: `${path}.audience is unset, so the token is good for the API server, where its account has no rights in this stack. Set it to the service the token is for.`,
            absent: true,
        };
    }
    // The kubelet asks for an hour where nothing is said (API reference, ServiceAccountTokenProjection).
    const seconds = body["expirationSeconds"] ?? 3600;
    if (typeof seconds === "number" && seconds > max) {
        const at = `${path}.expirationSeconds`;
        yield {
            object,
            path: at,
            message: `${at} is ${seconds}. Set it to ${max} or less.`,
            // Not safe: a program that reads its token only once works for as long as that token lives.
            fix: setField(object, at, max),
        };
    }
}
