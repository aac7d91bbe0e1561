import type { KubeObject } from "../kubernetes/kube";
import { isObj, list, obj, str } from "../kubernetes/kube";
import { podsOf } from "../kubernetes/pods";
import { ifKnown } from "../kubernetes/unknown";
import type { Node } from "../kubernetes/walk";
import { nodesAt, rootOf } from "../kubernetes/walk";
import { isKnownProvisioner } from "./secrets/volumes-encrypted";

/**
 * Parts of objects that have an effect and that no control knows, though some control looks at the rest of the object. A report
 * names them as it names kinds that no control knows. From the API references of the kinds; outside: parts that only say how
 * much, how often or in which order, and kinds that are not judged at all.
 */
interface Part {
    /** Kinds written as controls write them: `group/Kind`, or `Kind` alone for one of the core group. */
    readonly kinds: readonly string[];
    /** Steps to the part, `*` for every item or value. */
    readonly at: readonly string[];
    /** Whether what stands there has the effect. Default: whatever is there and not empty. */
    readonly when?: (value: unknown) => boolean;
    /** The rest of the sentence that begins with the path. */
    readonly why: string;
}

const isTrue = (value: unknown): boolean => value === true || value === "true";
const hasOthersThan =
    (...known: readonly string[]) =>
    (value: unknown): boolean =>
        Object.keys(obj(value)).some((field) => !known.includes(field));

/** A host that Istio does not look for in the namespace of the object that names it. */
const isElsewhere = (value: unknown): boolean => str(value).includes(".");

const KYVERNO = ["kyverno.io/ClusterPolicy", "kyverno.io/Policy"];
const VIRTUAL_SERVICE = ["networking.istio.io/VirtualService"];
const ROUTES = ["HTTPRoute", "GRPCRoute"].map((kind) => `gateway.networking.k8s.io/${kind}`);
const CALICO = ["projectcalico.org", "crd.projectcalico.org"].map((group) => `${group}/GlobalNetworkPolicy`);

const PARTS: readonly Part[] = [
    {
        kinds: ["PersistentVolume"],
        at: ["spec"],
        when: hasOthersThan(
            ...["accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity", "persistentVolumeReclaimPolicy"],
            ...["storageClassName", "volumeMode", "volumeAttributesClassName", "hostPath", "local", "flexVolume"],
        ),
        why: "names storage whose content, driver and secrets no control knows",
    },
    { kinds: ["PersistentVolume"], at: ["spec", "mountOptions"], why: "is for the kernel, and read by no control" },
    {
        kinds: ["PersistentVolumeClaim"],
        at: ["spec"],
        when: (value) => ["volumeName", "dataSource", "dataSourceRef"].some((field) => isSet(obj(value)[field])),
        why: "asks for data that are there already, and no control knows whose",
    },
    {
        kinds: ["storage.k8s.io/StorageClass"],
        at: ["provisioner"],
        when: (value) => !isKnownProvisioner(str(value)),
        why: "is one that no control knows, nor what its parameters do",
    },
    { kinds: ["storage.k8s.io/StorageClass"], at: ["mountOptions"], why: "is for the kernel, and read by no control" },
    {
        kinds: ["node.k8s.io/RuntimeClass"],
        at: ["handler"],
        why: "names a runtime that is set up on the nodes, out of every control's sight",
    },
    {
        kinds: ["networking.k8s.io/IngressClass"],
        at: ["metadata", "annotations", "ingressclass.kubernetes.io/is-default-class"],
        when: isTrue,
        why: "gives every Ingress without a class to this controller, which no control knows",
    },
    ...[
        { kind: "networking.k8s.io/IngressClass", field: "parameters" },
        { kind: "gateway.networking.k8s.io/GatewayClass", field: "parametersRef" },
    ].map(({ kind, field }) => ({
        kinds: [kind],
        at: ["spec", field],
        why: "names settings of the controller that no control reads",
    })),
    { kinds: ["Node"], at: ["spec"], why: "is the kubelet's and its cloud's to write, and judged by no control" },
    {
        kinds: KYVERNO,
        at: ["spec", "rules", "*", "mutate"],
        why: "changes what others apply, in ways that no control judges",
    },
    { kinds: KYVERNO, at: ["spec", "rules", "*", "generate"], why: "makes objects that no control judges" },
    {
        kinds: KYVERNO,
        at: ["spec", "rules", "*", "exclude"],
        why: "leaves out objects of the rule, and no control knows which",
    },
    {
        kinds: ["policy.sigstore.dev/ClusterImagePolicy"],
        at: ["spec", "authorities", "*", "static", "action"],
        when: (value) => value === "pass",
        why: "lets images pass without a signature, and no control knows which",
    },
    {
        kinds: ["admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding"],
        at: ["spec", "matchResources", "excludeResourceRules"],
        why: "leaves out what the policy asks for, and no control knows what",
    },
    {
        kinds: ["traefik.io/IngressRoute", "traefik.containo.us/IngressRoute"],
        at: ["spec", "routes", "*", "services", "*", "name"],
        when: (value) => str(value).endsWith("@internal"),
        why: "publishes an interface of Traefik's own, which no control judges",
    },
    ...["http", "tls", "tcp"].map((field) => ({
        kinds: VIRTUAL_SERVICE,
        at: ["spec", field, "*", "route", "*", "destination", "host"],
        when: isElsewhere,
        why: "sends traffic to another namespace or out of the mesh, which no control judges",
    })),
    ...["mirror", "mirrors"].map((field) => ({
        kinds: VIRTUAL_SERVICE,
        at: ["spec", "http", "*", field],
        why: "sends a copy of all traffic elsewhere, which no control judges",
    })),
    ...["filters", "backendRefs"].map((field) => ({
        kinds: ROUTES,
        at:
            field === "filters"
                ? ["spec", "rules", "*", field, "*"]
                : ["spec", "rules", "*", field, "*", "filters", "*"],
        when: (value: unknown) => ["RequestMirror", "ExtensionRef", "ExternalAuth"].includes(str(obj(value)["type"])),
        why: "hands traffic to somebody else, which no control judges",
    })),
    {
        kinds: ["gateway.networking.k8s.io/Gateway"],
        at: ["spec", "listeners", "*", "allowedRoutes", "namespaces", "from"],
        when: (value) => value === "All",
        why: "lets routes of every namespace answer here, and no control knows for which names",
    },
    {
        kinds: ["gateway.networking.k8s.io/Gateway"],
        at: ["spec", "tls"],
        why: "says which clients the gateway believes, and is read by no control",
    },
    {
        kinds: ["gateway.networking.k8s.io/Gateway"],
        at: ["spec", "infrastructure", "parametersRef"],
        why: "names settings of the gateway that no control reads",
    },
    ...["doNotTrack", "preDNAT", "applyOnForward"].map((field) => ({
        kinds: CALICO,
        at: ["spec", field],
        when: isTrue,
        why: "makes the policy one of nodes, for which no control judges it",
    })),
    {
        kinds: ["velero.io/Schedule"],
        at: ["spec", "template", "hooks"],
        why: "runs commands in pods, which no control judges",
    },
    {
        kinds: ["cert-manager.io/Certificate"],
        at: ["spec", "isCA"],
        when: isTrue,
        why: "asks for a certificate that signs others, and no control knows for whom",
    },
    {
        kinds: ["spire.spiffe.io/ClusterFederatedTrustDomain"],
        at: ["spec", "trustDomain"],
        why: "is a trust domain of somebody else, and no control knows whose",
    },
    {
        kinds: ["kubelet.config.k8s.io/CredentialProviderConfig"],
        at: ["providers"],
        why: "runs programs on the node, which no control judges",
    },
    {
        kinds: ["kubescheduler.config.k8s.io/KubeSchedulerConfiguration"],
        at: ["extenders"],
        why: "lets others place pods, which no control judges",
    },
    {
        kinds: ["ResourceQuota"],
        at: ["spec"],
        when: (value) => isSet(obj(value)["scopes"]) || isSet(obj(value)["scopeSelector"]),
        why: "bounds only some pods, and no control knows whether the others are bounded",
    },
    {
        kinds: ["Endpoints"],
        at: ["subsets"],
        why: "sends the Service's traffic to addresses that no selector chose, and no control knows whose",
    },
    {
        kinds: ["Service"],
        at: ["spec", "externalName"],
        when: (value) => isElsewhere(value) && !/(?:^|\.)svc(?:\.cluster\.local)?\.?$/.test(str(value)),
        why: "leads out of the cluster, to a name whose owner no control knows",
    },
    ...["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"].flatMap((kind) =>
        [["spec"], ["specs", "*"]].map((at) => ({
            kinds: [`cilium.io/${kind}`],
            at: [...at, "enableDefaultDeny", "*"],
            when: (value: unknown) => value === false,
            why: "leaves open what the policy does not name, and no control knows whether another closes it",
        })),
    ),
    {
        kinds: ["StagedGlobalNetworkPolicy", "StagedNetworkPolicy", "StagedKubernetesNetworkPolicy"].map(
            (kind) => `projectcalico.org/${kind}`,
        ),
        at: ["spec"],
        why: "is only tried, and enforces nothing",
    },
    {
        kinds: ["policy.linkerd.io/AuthorizationPolicy"],
        at: ["spec"],
        when: (value) => list(obj(value)["requiredAuthenticationRefs"]).length === 0,
        why: "asks nobody who he is, and no control knows what is reached by that",
    },
    ...[
        { kinds: ["admissionregistration.k8s.io/MutatingAdmissionPolicy"], field: "mutations" },
        {
            kinds: ["policies.kyverno.io/MutatingPolicy", "policies.kyverno.io/NamespacedMutatingPolicy"],
            field: "mutations",
        },
        {
            kinds: ["Assign", "AssignImage", "ModifySet"].map((kind) => `mutations.gatekeeper.sh/${kind}`),
            field: "parameters",
        },
    ].map(({ kinds, field }) => ({
        kinds,
        at: ["spec", field],
        why: "changes what others apply, in ways that no control judges",
    })),
    {
        kinds: ["argoproj.io/Sensor"],
        at: ["spec", "triggers", "*", "template"],
        why: "makes or calls what it is told by events, which no control judges",
    },
    ...["podSpecPatch", "executor"].map((field) => ({
        kinds: ["Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate"].map((kind) => `argoproj.io/${kind}`),
        at: ["spec", field],
        why: "changes the pods of the workflow, in ways that no control judges",
    })),
    {
        kinds: ["Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate"].map((kind) => `argoproj.io/${kind}`),
        at: ["spec", "templates", "*", "podSpecPatch"],
        why: "changes the pods of the workflow, in ways that no control judges",
    },
];

/** Labels of a namespace that have controllers or policies leave it out, or give it more than others have. */
const EXEMPTING_LABELS = new Map<string, (value: string) => boolean>([
    ["admission.gatekeeper.sh/ignore", () => true],
    ["policy.sigstore.dev/include", (value) => value !== "true"],
    ["resource.kubernetes.io/admin-access", (value) => value === "true"],
    ["security.openshift.io/disable-securitycontextconstraints", (value) => value === "true"],
]);

/** Annotations that reach beyond the object that has them, and what they do. */
const REACHING: readonly { readonly name: RegExp; readonly why: string }[] = [
    {
        name: /^(?:eks\.amazonaws\.com\/role-arn|iam\.amazonaws\.com\/role|iam\.gke\.io\/gcp-service-account|azure\.workload\.identity\/client-id)$/,
        why: "gives rights of a cloud's account, which no manifest says",
    },
    {
        name: /^(?:reflector\.v1\.k8s\.emberstack\.com|replicator\.v1\.mittwald\.de|kubed\.appscode\.com)\//,
        why: "has the object copied to other namespaces, and no control knows to which",
    },
    {
        name: /^(?:k8s\.v1\.cni\.cncf\.io\/networks|v1\.multus-cni\.io\/default-network)$/,
        why: "joins the pod to a network that no policy is about",
    },
    {
        name: /^scheduler\.alpha\.kubernetes\.io\/(?:node-selector|defaultTolerations|tolerationsWhitelist)$/,
        why: "changes the pods of the namespace, in ways that no control judges",
    },
];

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
                unknown === true || when(value) ? [`${path} ${why}`] : [],
            ),
        ),
        ...(kind === "Namespace" ? exemptions(object) : []),
        ...(kind === "discovery.k8s.io/EndpointSlice" && !isOfController(object)
            ? [
                  `${object.prefix}endpoints send a Service's traffic to addresses that no selector chose, and no control knows whose`,
              ]
            : []),
        ...annotationsOf(object).flatMap(reachOf),
        ...(kind === "ConfigMap" && !understood && isObeyed(object)
            ? [`${object.prefix}data configures a component of the cluster, and no control reads it`]
            : []),
    ];
}

/** A part that states nothing has no effect. */
function isSet(value: unknown): boolean {
    return Array.isArray(value) || isObj(value)
        ? list(value).length + Object.keys(obj(value)).length > 0
        : value !== undefined && value !== null && value !== "" && value !== false;
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

/** A controller says so by a label, and which pod each address is of. */
function isOfController({ labels, body }: KubeObject): boolean {
    return (
        SLICE_CONTROLLERS.includes(labels["endpointslice.kubernetes.io/managed-by"]) &&
        list(body["endpoints"]).every((endpoint) => obj(obj(endpoint)["targetRef"])["kind"] === "Pod")
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

function reachOf({ path, within }: Node): readonly string[] {
    const reach = REACHING.find(({ name }) => name.test(within?.key ?? ""));
    return reach === undefined ? [] : [`${path} ${reach.why}`];
}

function isObeyed(object: KubeObject): boolean {
    const { name, namespace } = object;
    // What the cluster's own controller restores as soon as it is changed.
    return name !== "kube-root-ca.crt" && (CLUSTER_NAMESPACES.includes(namespace) || OBEYED.test(name));
}
