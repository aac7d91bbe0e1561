import type { KubeObject } from "../kubernetes/kube";
import { list, obj, str } from "../kubernetes/kube";
import { podsOf } from "../kubernetes/pods";
import { ifKnown } from "../kubernetes/unknown";
import type { Node } from "../kubernetes/walk";
import { nodesAt, rootOf } from "../kubernetes/walk";
import { reachOfAnnotation } from "./unjudged-annotations";
import { isSet, PARTS } from "./unjudged-fields";
import { unjudgedPods } from "./unjudged-pods";
import { unjudgedRights } from "./unjudged-rights";

/** Labels of a namespace that have controllers or policies leave it out, or give it more than others have. */
const EXEMPTING_LABELS = new Map<string, (value: string) => boolean>([
    ["admission.gatekeeper.sh/ignore", () => true],
    ["policy.sigstore.dev/include", (value) => value !== "true"],
    ["security.openshift.io/disable-securitycontextconstraints", (value) => value === "true"],
    // Pod Security Standards before 1.23 ask less of pods (the admission's own table of checks by version).
    ["pod-security.kubernetes.io/enforce-version", (value) => /^v1\.(?:1?\d|2[0-2])$/.test(value)],
]);

/** Namespaces whose ConfigMaps configure the cluster itself. */
const CLUSTER_NAMESPACES: readonly string[] = ["kube-system", "kube-public"];
/** Names that tools expect of the ConfigMaps they obey, wherever they are installed. */
const OBEYED =
    /^(?:istio|istio-sidecar-injector|linkerd-config|argocd-(?:cm|rbac-cm|cmd-params-cm)|coredns(?:-custom)?|node-local-dns|cilium-config|calico-config|kube-flannel-cfg|aws-auth|extension-apiserver-authentication|cluster-info)$/;

/**
 * What of an object has an effect that no control judges, each as a sentence that begins with its path. `understood` says
 * whether the texts of the object were read as the configuration of a component.
 */
export function unjudgedParts(object: KubeObject, understood: boolean): readonly string[] {
    const kind = object.group === "" ? object.kind : `${object.group}/${object.kind}`;
    return [
        ...PARTS.filter(({ kinds }) => kinds.includes(kind)).flatMap(({ at, when = isSet, why }) =>
            nodesAt(rootOf(object), at).flatMap(({ value, path, unknown }) =>
                unknown === true || when(value, object) ? [`${path} ${why}`] : [],
            ),
        ),
        ...(kind === "Namespace" ? exemptions(object) : []),
        ...(kind === "discovery.k8s.io/EndpointSlice" && !isOfController(object)
            ? [
                  `${object.prefix}endpoints send a Service's traffic to addresses that no selector chose, and no control knows whose`,
              ]
            : []),
        ...unjudgedRights(object),
        ...unjudgedPods(object),
        ...annotationsOf(object).flatMap(reachOf),
        ...(kind === "ConfigMap" && !understood && isObeyed(object)
            ? [`${object.prefix}data configures a component of the cluster, and no control reads it`]
            : []),
    ];
}

function exemptions(object: KubeObject): readonly string[] {
    return nodesAt(rootOf(object), ["metadata", "labels", "*"]).flatMap(({ path, value, within }) =>
        EXEMPTING_LABELS.get(within?.key ?? "")?.(str(value)) === true
            ? [`${path} has admission treat the namespace otherwise, in ways that no control judges`]
            : [],
    );
}

/** The controllers of the API's own that write EndpointSlices, of the pods that a selector chose or of Endpoints. */
const SLICE_CONTROLLERS: readonly unknown[] = [
    "endpointslice-controller.k8s.io",
    "endpointslicemirroring-controller.k8s.io",
];

/**
 * A controller says so by a label, which anybody may write, and by the pod of the same namespace that each address is of. The
 * API server takes no object that has a resourceVersion already, so one that has it was read from a cluster.
 */
function isOfController({ labels, body, namespace }: KubeObject): boolean {
    return (
        SLICE_CONTROLLERS.includes(labels["endpointslice.kubernetes.io/managed-by"]) &&
        str(obj(body["metadata"])["resourceVersion"]) !== "" &&
        list(body["endpoints"]).every((endpoint) => {
            const { kind, namespace: of } = obj(obj(endpoint)["targetRef"]);
            return kind === "Pod" && of === namespace;
        })
    );
}

/** The annotations of an object and of the pods that it carries. */
function annotationsOf(object: KubeObject): readonly Node[] {
    const pods = ifKnown(() => podsOf(object)) ?? [];
    const own = nodesAt(rootOf(object), ["metadata", "annotations", "*"]);
    const theirs = pods.flatMap(({ annotations, metadataPath }) =>
        nodesAt({ value: annotations, path: `${metadataPath}.annotations` }, ["*"]),
    );
    const known = new Set(own.map(({ path }) => path));
    return [...own, ...theirs.filter(({ path }) => !known.has(path))];
}

function reachOf({ path, value, within }: Node): readonly string[] {
    const why = reachOfAnnotation(within?.key ?? "", str(value));
    return why === undefined ? [] : [`${path} ${why}`];
}

function isObeyed(object: KubeObject): boolean {
    const { name, namespace } = object;
    // What the cluster's own controller restores as soon as it is changed.
    return name !== "kube-root-ca.crt" && (CLUSTER_NAMESPACES.includes(namespace) || OBEYED.test(name));
}
