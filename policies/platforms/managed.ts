import type { Platform } from "./platform";
import {
    CONTAINERD,
    COREDNS,
    dns,
    DOCUMENTED,
    KUBELET,
    MODERN_EBPF,
    NO_METADATA,
    NO_QUOTA,
    NODE_LOCAL,
    PSA,
} from "./shared";

/** What a vendor sells as a whole: the clouds, and OpenShift. */
export const MANAGED = {
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
} as const satisfies Readonly<Record<string, Platform>>;
