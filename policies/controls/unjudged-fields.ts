import type { KubeObject } from "../kubernetes/kube";
import { isObj, list, obj, str } from "../kubernetes/kube";
import { amountOf } from "../kubernetes/quantity";
import { isKnownProvisioner } from "./secrets/volumes-encrypted";
import { ADMISSION_PARTS } from "./unjudged-admission";

/**
 * Parts of objects that have an effect and that no control knows, though some control looks at the rest of the object. A report
 * names them as it names kinds that no control knows. From the API references of the kinds; outside: parts that only say how
 * much, how often or in which order, and kinds that are not judged at all.
 */
export interface Part {
    /** Kinds written as controls write them: `group/Kind`, or `Kind` alone for one of the core group. */
    readonly kinds: readonly string[];
    /** Steps to the part, `*` for every item or value. */
    readonly at: readonly string[];
    /** Whether what stands there has the effect. Default: whatever is there and not empty. */
    readonly when?: (value: unknown, object: KubeObject) => boolean;
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

/** A Service by its name in full, or as far as its namespace (Kubernetes, "DNS for Services and Pods"). */
function isServiceOf(host: string, namespace: string): boolean {
    const [, of = "", svc = "svc"] = host.split(".");
    return svc === "svc" && of === namespace;
}

/** Of a mutation, mutations-add-no-privilege judges the privileges alone. */
const CHANGES = "changes what others apply, and no control judges more than privileges in it";

const KYVERNO = ["kyverno.io/ClusterPolicy", "kyverno.io/Policy"];
const VIRTUAL_SERVICE = ["networking.istio.io/VirtualService"];
const ROUTES = ["HTTPRoute", "GRPCRoute"].map((kind) => `gateway.networking.k8s.io/${kind}`);
const CALICO = ["projectcalico.org", "crd.projectcalico.org"].map((group) => `${group}/GlobalNetworkPolicy`);

/**
 * What no cluster has: Kubernetes is made for 5,000 nodes and 150,000 pods ("Considerations for large clusters"), and this is
 * 200 cores and 2 TiB a node.
 */
const NO_CLUSTER_HAS: Readonly<Record<string, number>> = { cpu: 1_000_000, memory: 10_000 * 2 ** 40, pods: 150_000 };

/** What no node has, by the largest machines that clouds and vendors offer. */
const NO_NODE_HAS: Readonly<Record<string, number>> = { cpu: 4_096, memory: 64 * 2 ** 40 };

const isBeyond = (most: number) => (value: unknown) => (amountOf(value) ?? 0) > most;

export const PARTS: readonly Part[] = [
    ...Object.entries(NO_CLUSTER_HAS).flatMap(([resource, most]) =>
        [resource, `requests.${resource}`, `limits.${resource}`].map((name) => ({
            kinds: ["ResourceQuota"],
            at: ["spec", "hard", name],
            when: isBeyond(most),
            why: "is more than any cluster has, so it bounds nothing",
        })),
    ),
    ...Object.entries(NO_NODE_HAS).map(([resource, most]) => ({
        kinds: ["LimitRange"],
        at: ["spec", "limits", "*", "max", resource],
        when: isBeyond(most),
        why: "is more than any node has, so it bounds nothing",
    })),
    {
        kinds: ["SecretStore", "ClusterSecretStore"].map((kind) => `external-secrets.io/${kind}`),
        at: ["spec", "provider", "webhook"],
        why: "takes secrets from an address, and sends it what others ask for; no control knows whose it is",
    },
    ...ADMISSION_PARTS,
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
        why: CHANGES,
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
    ...[
        ["filters", "*"],
        ["backendRefs", "*", "filters", "*"],
    ].map((way) => ({
        kinds: ROUTES,
        at: ["spec", "rules", "*", ...way],
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
        when: (value, { namespace }) => isElsewhere(value) && !isServiceOf(str(value), namespace),
        why: "leads to another namespace or out of the cluster, and no control knows whose name it is",
    },
    ...["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"].flatMap((kind) =>
        [["spec"], ["specs", "*"]].map((at) => ({
            kinds: [`cilium.io/${kind}`],
            at: [...at, "enableDefaultDeny", "*"],
            when: (value: unknown) => value === false,
            why: "leaves open what the policy does not name, and no control knows whether another closes it",
        })),
    ),
    ...["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"].flatMap((kind) =>
        [["spec"], ["specs", "*"]].map((at) => ({
            kinds: [`cilium.io/${kind}`],
            at: [...at, "egress", "*", "toEntities", "*"],
            when: (value: unknown) => value === "host" || value === "remote-node",
            why: "lets pods reach what listens on nodes, and no control knows what does",
        })),
    ),
    ...[["trafficPolicy"], ["trafficPolicy", "portLevelSettings", "*"], ["subsets", "*", "trafficPolicy"]].map(
        (way) => ({
            kinds: ["networking.istio.io/DestinationRule"],
            at: ["spec", ...way, "tls", "insecureSkipVerify"],
            when: isTrue,
            why: "takes whoever answers for the server, and no control knows who may",
        }),
    ),
    {
        kinds: ["security.istio.io/AuthorizationPolicy"],
        at: ["spec", "action"],
        when: (value) => value === "AUDIT" || value === "CUSTOM",
        why: "leaves the decision to somebody else or to nobody, and no control knows to whom",
    },
    {
        kinds: ["security.istio.io/AuthorizationPolicy"],
        at: ["metadata", "annotations", "istio.io/dry-run"],
        when: isTrue,
        why: "has the policy only tried, so that it enforces nothing",
    },
    {
        kinds: ["StagedGlobalNetworkPolicy", "StagedNetworkPolicy"].map((kind) => `projectcalico.org/${kind}`),
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
            kinds: ["Assign", "ModifySet"].map((kind) => `mutations.gatekeeper.sh/${kind}`),
            field: "parameters",
        },
    ].map(({ kinds, field }) => ({
        kinds,
        at: ["spec", field],
        why: CHANGES,
    })),
    {
        kinds: ["argoproj.io/Sensor"],
        at: ["spec", "triggers", "*", "template"],
        why: "makes or calls what it is told by events, which no control judges",
    },
    ...[["podSpecPatch"], ["executor"], ["templates", "*", "podSpecPatch"], ["templates", "*", "executor"]].map(
        (way) => ({
            kinds: ["Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate"].map((kind) => `argoproj.io/${kind}`),
            at: ["spec", ...way],
            why: "changes the pods of the workflow, in ways that no control judges",
        }),
    ),
];

/** A part that states nothing has no effect. */
export function isSet(value: unknown): boolean {
    return Array.isArray(value) || isObj(value)
        ? list(value).length + Object.keys(obj(value)).length > 0
        : value !== undefined && value !== null && value !== "" && value !== false;
}
