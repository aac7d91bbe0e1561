import { DISTRIBUTIONS } from "./distributions";
import { MANAGED } from "./managed";
import type { Platform } from "./platform";
import {
    CONTAINERD,
    COREDNS,
    DEPENDS_ON_NODES,
    dns,
    DOCUMENTED,
    KUBELET,
    KUBERNETES,
    NO_METADATA,
    NO_QUOTA,
    OWN_CONTROL_PLANE,
    PSA,
} from "./shared";

export type { Constraints, Dns, Fact, Given, Marks, NetworkEngine, Platform } from "./platform";

/** Ways to run Kubernetes, by the name that `cluster.platform` takes. `generic` is for those that are not here. */
export const PLATFORMS = {
    generic: {
        title: "any conformant cluster",
        marks: [],
        networkEngine: "kubernetes",
        policiesEnforced: "unknown",
        network: {
            says: "Policies are enforced by the network plugin, if by anything.",
            source: `${KUBERNETES}/concepts/services-networking/network-policies/#prerequisites`,
        },
        dns: COREDNS,
        dnsFact: dns("CoreDNS runs in kube-system with the label k8s-app=kube-dns."),
        ...KUBELET,
        apiServerPorts: [443, 6443],
        apiServer: {
            says: "The endpoints of the Service kubernetes are the addresses that pods reach.",
            source: `${KUBERNETES}/concepts/services-networking/service/`,
        },
        ...OWN_CONTROL_PLANE,
        controlPlaneFiles: "unknown",
        ...PSA,
        ...DEPENDS_ON_NODES,
        runtimeSocket: CONTAINERD,
        ...NO_METADATA,
        criticalQuota: NO_QUOTA,
        tried: "the whole stack on the one-node cluster of the tests: Kubernetes' own programs, containerd, kube-router",
    },
    ...MANAGED,
    ...DISTRIBUTIONS,
    // Others have their nodes set up by it, and its mark stands on theirs too: what a node is of is the first that fits.
    kubeadm: {
        title: "kubeadm",
        marks: [{ annotation: "kubeadm.alpha.kubernetes.io/cri-socket" }],
        networkEngine: "kubernetes",
        policiesEnforced: "optional",
        network: {
            says: "kubeadm installs no network plugin; flannel, for one, enforces no policies.",
            source: `${KUBERNETES}/setup/production-environment/tools/kubeadm/create-cluster-kubeadm/#pod-network`,
        },
        dns: COREDNS,
        dnsFact: dns("kubeadm installs CoreDNS as the Deployment coredns, labelled k8s-app=kube-dns."),
        kubeletRoot: "/var/lib/kubelet",
        kubelet: {
            says: "The kubelet's serving certificate is signed by itself unless serverTLSBootstrap is set: `agent.kubelet.verify: hostCertificate`.",
            source: `${KUBERNETES}/tasks/administer-cluster/kubeadm/kubeadm-certs/#kubelet-serving-certs`,
        },
        apiServerPorts: [6443],
        apiServer: {
            says: "The API server listens at 6443 of the control plane's nodes.",
            source: `${KUBERNETES}/reference/setup-tools/kubeadm/kubeadm-init/`,
        },
        ...OWN_CONTROL_PLANE,
        ...PSA,
        ...DEPENDS_ON_NODES,
        runtimeSocket: CONTAINERD,
        ...NO_METADATA,
        criticalQuota: NO_QUOTA,
        tried: DOCUMENTED,
    },
} as const satisfies Readonly<Record<string, Platform>>;

export type PlatformName = keyof typeof PLATFORMS;

export const PLATFORM_NAMES = Object.keys(PLATFORMS) as [PlatformName, ...PlatformName[]];

/** What the settings `cluster` are unless set: for the program, and for whoever reads them as they are written. */
export const CLUSTER_DEFAULTS: {
    readonly platform: PlatformName;
    readonly apiServerPorts: readonly number[];
    readonly nodes: number;
} = { platform: "generic", apiServerPorts: PLATFORMS.generic.apiServerPorts, nodes: 100 };

/** The facts of a platform. */
export function platformOf(name: PlatformName): Platform {
    return PLATFORMS[name];
}

/** Every directory that a kubelet may have for itself. */
export const KUBELET_ROOTS: readonly string[] = [
    ...new Set(PLATFORM_NAMES.map((name) => platformOf(name).kubeletRoot)),
].sort();
