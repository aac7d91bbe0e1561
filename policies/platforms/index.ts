import type { Dns, Fact, Platform } from "./platform";

export type { Dns, Fact, Given, Marks, NetworkEngine, Platform } from "./platform";

const KUBERNETES = "https://kubernetes.io/docs";
const FALCO_DRIVERS = "https://falco.org/docs/concepts/event-sources/kernel/";

const COREDNS: Dns = { namespace: "kube-system", labels: { "k8s-app": "kube-dns" }, ports: [53], addresses: [] };

const NODE_LOCAL = "169.254.20.10/32";

const dns = (says: string, source = `${KUBERNETES}/tasks/administer-cluster/dns-custom-nameservers/`): Fact => ({
    says,
    source,
});

const PSA = {
    podSecurityAdmission: "yes",
    podSecurity: {
        says: "Pod Security Admission is on by default since 1.25.",
        source: `${KUBERNETES}/concepts/security/pod-security-admission/`,
    },
} as const;

/** The kernel's own requirement: from 5.8 on, with type information (BTF). */
const MODERN_EBPF = {
    ebpf: "yes",
    falco: {
        says: "The modern eBPF probe needs a kernel of 5.8 or later with BTF, and no kernel headers.",
        source: FALCO_DRIVERS,
    },
} as const;

const DEPENDS_ON_NODES = { ...MODERN_EBPF, ebpf: "optional" } as const;

const KUBELET = {
    kubeletRoot: "/var/lib/kubelet",
    kubelet: {
        says: "The kubelet keeps its files in its default directory.",
        source: `${KUBERNETES}/reference/command-line-tools-reference/kubelet/`,
    },
} as const;

const OWN_CONTROL_PLANE = {
    controlPlaneFiles: "yes",
    auditLog: {
        says: "Whoever sets up the control plane gives the API server its audit policy and its encryption configuration.",
        source: `${KUBERNETES}/tasks/debug/debug-cluster/audit/`,
    },
} as const;

const CONTAINERD = "/run/containerd/containerd.sock";

const NO_METADATA = {
    metadataAddresses: [],
    metadata: {
        says: "There is no metadata service, unless the machines are a cloud's.",
        source: `${KUBERNETES}/concepts/architecture/nodes/`,
    },
} as const;

const NO_QUOTA = "no" as const;

const DOCUMENTED = "nothing: from documentation";

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
    eks: {
        title: "Amazon EKS",
        marks: [{ version: "-eks-" }, { label: "eks.amazonaws.com/nodegroup" }],
        networkEngine: "kubernetes",
        policiesEnforced: "optional",
        network: {
            says: "The VPC CNI enforces policies from 1.14 on, where enableNetworkPolicy is set; not on Fargate.",
            source: "https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html",
        },
        dns: COREDNS,
        dnsFact: dns(
            "CoreDNS is an add-on in kube-system, labelled k8s-app=kube-dns.",
            "https://docs.aws.amazon.com/eks/latest/userguide/managing-coredns.html",
        ),
        ...KUBELET,
        apiServerPorts: [443],
        apiServer: {
            says: "The endpoints are network interfaces in the cluster's subnets, and change: name the subnets' ranges.",
            source: "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
        },
        controlPlaneFiles: "no",
        auditLog: {
            says: "The audit log is sent to CloudWatch where it is switched on; its policy is AWS's.",
            source: "https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html",
        },
        ...PSA,
        ...MODERN_EBPF,
        falco: {
            says: "Amazon Linux 2023 and Bottlerocket have kernels from 6.1 on with BTF; on Fargate nothing can be loaded.",
            source: "https://docs.aws.amazon.com/eks/latest/userguide/eks-optimized-ami.html",
        },
        runtimeSocket: CONTAINERD,
        metadataAddresses: ["169.254.169.254", "fd00:ec2::254", "169.254.170.23", "fd00:ec2::23"],
        metadata: {
            says: "Pods with EKS Pod Identity ask 169.254.170.23 for their credentials; the node's own are at 169.254.169.254.",
            source: "https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html",
        },
        criticalQuota: NO_QUOTA,
        tried: DOCUMENTED,
    },
    gke: {
        title: "Google GKE Standard",
        marks: [{ version: "-gke." }, { label: "cloud.google.com/gke-nodepool" }],
        networkEngine: "cilium",
        policiesEnforced: "optional",
        network: {
            says: "Dataplane V2, which is Cilium, always enforces policies; without it, policy enforcement is an option that is off.",
            source: "https://cloud.google.com/kubernetes-engine/docs/concepts/dataplane-v2",
        },
        dns: { ...COREDNS, addresses: [NODE_LOCAL] },
        dnsFact: dns(
            "NodeLocal DNSCache, on by default from 1.34 on, answers at 169.254.20.10 of the node; policies have to allow that address.",
            "https://cloud.google.com/kubernetes-engine/docs/how-to/nodelocal-dns-cache",
        ),
        ...KUBELET,
        apiServerPorts: [443],
        apiServer: {
            says: "Nodes reach the control plane at 443 of its private endpoint, or through konnectivity.",
            source: "https://cloud.google.com/kubernetes-engine/docs/concepts/network-overview",
        },
        controlPlaneFiles: "no",
        auditLog: {
            says: "The audit log is in Cloud Logging; its policy is Google's.",
            source: "https://cloud.google.com/kubernetes-engine/docs/concepts/audit-policy",
        },
        ...PSA,
        ...MODERN_EBPF,
        falco: {
            says: "Container-Optimized OS has a kernel with BTF; Autopilot lets no such pod run.",
            source: "https://falco.org/docs/setup/kubernetes/",
        },
        runtimeSocket: CONTAINERD,
        metadataAddresses: ["169.254.169.254", "169.254.169.252"],
        metadata: {
            says: "With Workload Identity every pod asks the metadata server of its node: port 80 of 169.254.169.254 with Dataplane V2, port 988 of 169.254.169.252 without.",
            source: "https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity",
        },
        criticalQuota: "yes",
        tried: DOCUMENTED,
    },
    aks: {
        title: "Microsoft AKS",
        marks: [{ label: "kubernetes.azure.com/cluster" }],
        networkEngine: "cilium",
        policiesEnforced: "optional",
        network: {
            says: "Policies are enforced where Cilium, Azure or Calico is chosen as the network policy engine; Cilium is recommended.",
            source: "https://learn.microsoft.com/azure/aks/use-network-policies",
        },
        dns: { ...COREDNS, addresses: ["169.254.10.10/32", "169.254.10.11/32"] },
        dnsFact: dns(
            "CoreDNS is managed; LocalDNS, where it is enabled, answers at 169.254.10.10 and 169.254.10.11 of the node.",
            "https://learn.microsoft.com/azure/aks/localdns-custom",
        ),
        ...KUBELET,
        apiServerPorts: [443],
        apiServer: {
            says: "The API server is outside the cluster's network, at a public address or a private endpoint.",
            source: "https://learn.microsoft.com/azure/aks/private-clusters",
        },
        controlPlaneFiles: "no",
        auditLog: {
            says: "The categories kube-audit and kube-audit-admin are sent on by diagnostic settings.",
            source: "https://learn.microsoft.com/azure/aks/monitor-aks-reference",
        },
        ...PSA,
        ...MODERN_EBPF,
        runtimeSocket: CONTAINERD,
        metadataAddresses: ["169.254.169.254", "168.63.129.16"],
        metadata: {
            says: "The metadata service is at 169.254.169.254, the wire server at 168.63.129.16; Workload Identity asks neither.",
            source: "https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service",
        },
        criticalQuota: NO_QUOTA,
        tried: DOCUMENTED,
    },
    openshift: {
        title: "Red Hat OpenShift",
        marks: [{ label: "node.openshift.io/os_id" }],
        networkEngine: "kubernetes",
        policiesEnforced: "yes",
        network: {
            says: "OVN-Kubernetes enforces policies.",
            source: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.19/html/network_security/network-policy",
        },
        dns: {
            namespace: "openshift-dns",
            labels: { "dns.operator.openshift.io/daemonset-dns": "default" },
            ports: [5353],
            addresses: [],
        },
        dnsFact: dns(
            "The DNS operator runs CoreDNS in openshift-dns; its pods listen at 5353.",
            "https://docs.redhat.com/en/documentation/openshift_container_platform/4.19/html/networking_operators/dns-operator",
        ),
        ...KUBELET,
        apiServerPorts: [6443],
        apiServer: {
            says: "The API server listens at 6443 of the control plane's nodes.",
            source: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.19/html/installing_on_any_platform/installing-on-any-platform",
        },
        controlPlaneFiles: "optional",
        auditLog: {
            says: "The audit policy is one of four profiles of the APIServer object; encryption is a field of it.",
            source: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.19/html/security_and_compliance/audit-log-policy-config",
        },
        podSecurityAdmission: "yes",
        podSecurity: {
            says: "Security context constraints come on top: the agents' accounts need one that lets them onto the node, and fixed user ids one that allows them. The stack brings none.",
            source: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.19/html/authentication_and_authorization/managing-pod-security-policies",
        },
        ...MODERN_EBPF,
        runtimeSocket: "/run/crio/crio.sock",
        ...NO_METADATA,
        criticalQuota: NO_QUOTA,
        tried: DOCUMENTED,
    },
    k3s: {
        title: "K3s",
        marks: [{ version: "+k3s" }],
        networkEngine: "kubernetes",
        policiesEnforced: "yes",
        network: {
            says: "A network policy controller, from kube-router, is built in beside flannel.",
            source: "https://docs.k3s.io/networking/networking-services#network-policy-controller",
        },
        dns: COREDNS,
        dnsFact: dns(
            "CoreDNS is a packaged component in kube-system.",
            "https://docs.k3s.io/networking/networking-services#coredns",
        ),
        ...KUBELET,
        apiServerPorts: [6443],
        apiServer: {
            says: "Servers listen at 6443.",
            source: "https://docs.k3s.io/installation/requirements#networking",
        },
        ...OWN_CONTROL_PLANE,
        auditLog: {
            says: "Audit and encryption are arguments of the server and its `secrets-encryption`.",
            source: "https://docs.k3s.io/security/hardening-guide",
        },
        ...PSA,
        ...DEPENDS_ON_NODES,
        runtimeSocket: "/run/k3s/containerd/containerd.sock",
        ...NO_METADATA,
        criticalQuota: NO_QUOTA,
        tried: DOCUMENTED,
    },
    rke2: {
        title: "RKE2",
        marks: [{ version: "+rke2" }],
        networkEngine: "calico",
        policiesEnforced: "yes",
        network: {
            says: "Canal, which enforces policies by Calico, is the default; Cilium and Calico are choices.",
            source: "https://docs.rke2.io/networking/basic_network_options",
        },
        dns: COREDNS,
        dnsFact: dns(
            "CoreDNS is a packaged chart; NodeLocal DNSCache is an option of it.",
            "https://docs.rke2.io/networking/networking_services",
        ),
        ...KUBELET,
        apiServerPorts: [6443],
        apiServer: { says: "Servers listen at 6443.", source: "https://docs.rke2.io/install/requirements#networking" },
        ...OWN_CONTROL_PLANE,
        auditLog: {
            says: "An audit policy is in place by default; Secrets are encrypted by default.",
            source: "https://docs.rke2.io/security/hardening_guide",
        },
        ...PSA,
        ...DEPENDS_ON_NODES,
        runtimeSocket: "/run/k3s/containerd/containerd.sock",
        ...NO_METADATA,
        criticalQuota: NO_QUOTA,
        tried: DOCUMENTED,
    },
    k0s: {
        title: "k0s",
        marks: [{ version: "+k0s" }],
        networkEngine: "kubernetes",
        policiesEnforced: "yes",
        network: {
            says: "kube-router, the default, enforces policies; Calico is the other choice.",
            source: "https://docs.k0sproject.io/stable/networking/",
        },
        dns: COREDNS,
        dnsFact: dns("CoreDNS runs in kube-system.", "https://docs.k0sproject.io/stable/networking/"),
        kubeletRoot: "/var/lib/k0s/kubelet",
        kubelet: {
            says: "Workers keep the kubelet's files below /var/lib/k0s.",
            source: "https://docs.k0sproject.io/stable/storage/",
        },
        apiServerPorts: [6443],
        apiServer: {
            says: "Controllers listen at 6443.",
            source: "https://docs.k0sproject.io/stable/networking/#required-ports-and-protocols",
        },
        ...OWN_CONTROL_PLANE,
        ...PSA,
        ...DEPENDS_ON_NODES,
        runtimeSocket: "/run/k0s/containerd.sock",
        ...NO_METADATA,
        criticalQuota: NO_QUOTA,
        tried: DOCUMENTED,
    },
    microk8s: {
        title: "MicroK8s",
        marks: [{ label: "microk8s.io/cluster" }],
        networkEngine: "calico",
        policiesEnforced: "yes",
        network: { says: "Calico is the default network plugin.", source: "https://microk8s.io/docs/change-cidr" },
        dns: COREDNS,
        dnsFact: dns("CoreDNS comes with the add-on dns.", "https://microk8s.io/docs/addon-dns"),
        kubeletRoot: "/var/snap/microk8s/common/var/lib/kubelet",
        kubelet: {
            says: "The snap keeps the kubelet's files in its own directory.",
            source: "https://microk8s.io/docs/services-and-ports",
        },
        apiServerPorts: [16443],
        apiServer: { says: "The API server listens at 16443.", source: "https://microk8s.io/docs/services-and-ports" },
        ...OWN_CONTROL_PLANE,
        ...PSA,
        ...DEPENDS_ON_NODES,
        runtimeSocket: "/var/snap/microk8s/common/run/containerd.sock",
        ...NO_METADATA,
        criticalQuota: NO_QUOTA,
        tried: DOCUMENTED,
    },
    talos: {
        title: "Talos Linux",
        marks: [{ osImage: "Talos (" }],
        networkEngine: "kubernetes",
        policiesEnforced: "no",
        network: {
            says: "Flannel, the default, enforces no policies: install Cilium or Calico.",
            source: "https://www.talos.dev/latest/kubernetes-guides/network/deploying-cilium/",
        },
        dns: COREDNS,
        dnsFact: dns(
            "CoreDNS runs in kube-system; the host's DNS cache stands behind it, at 169.254.116.108, which pods need not reach.",
            "https://www.talos.dev/latest/talos-guides/network/host-dns/",
        ),
        kubeletRoot: "/var/lib/kubelet",
        kubelet: {
            says: "The kubelet's serving certificate is signed by itself unless rotate-server-certificates is set. Namespaces enforce baseline unless labelled otherwise.",
            source: "https://www.talos.dev/latest/kubernetes-guides/configuration/deploy-metrics-server/",
        },
        apiServerPorts: [6443, 7445],
        apiServer: {
            says: "The API server listens at 6443; KubePrism, at 7445 of each node, is for host network pods.",
            source: "https://www.talos.dev/latest/kubernetes-guides/configuration/kubeprism/",
        },
        ...OWN_CONTROL_PLANE,
        auditLog: {
            says: "Audit policy and encryption are in the machine configuration; both are on by default.",
            source: "https://www.talos.dev/latest/reference/configuration/v1alpha1/config/",
        },
        ...PSA,
        ...MODERN_EBPF,
        runtimeSocket: CONTAINERD,
        ...NO_METADATA,
        criticalQuota: NO_QUOTA,
        tried: DOCUMENTED,
    },
    kind: {
        title: "kind",
        marks: [{ providerId: "kind://" }],
        networkEngine: "kubernetes",
        policiesEnforced: "yes",
        network: {
            says: "kindnet enforces policies since 0.24.",
            source: "https://github.com/kubernetes-sigs/kind/releases/tag/v0.24.0",
        },
        dns: COREDNS,
        dnsFact: dns("kubeadm's CoreDNS.", "https://kind.sigs.k8s.io/docs/design/principles/"),
        ...KUBELET,
        apiServerPorts: [6443],
        apiServer: {
            says: "The API server listens at 6443 of the node's container.",
            source: "https://kind.sigs.k8s.io/docs/user/configuration/",
        },
        ...OWN_CONTROL_PLANE,
        ...PSA,
        ...DEPENDS_ON_NODES,
        falco: {
            says: "All nodes share the machine's kernel: one probe sees the containers of all.",
            source: FALCO_DRIVERS,
        },
        runtimeSocket: CONTAINERD,
        ...NO_METADATA,
        criticalQuota: NO_QUOTA,
        tried: DOCUMENTED,
    },
} as const satisfies Readonly<Record<string, Platform>>;

export type PlatformName = keyof typeof PLATFORMS;

export const PLATFORM_NAMES = Object.keys(PLATFORMS) as [PlatformName, ...PlatformName[]];

/** The facts of a platform. */
export function platformOf(name: PlatformName): Platform {
    return PLATFORMS[name];
}

/** Every directory that a kubelet may have for itself. */
export const KUBELET_ROOTS: readonly string[] = [
    ...new Set(PLATFORM_NAMES.map((name) => platformOf(name).kubeletRoot)),
].sort();
