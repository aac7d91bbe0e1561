import type { Dns, Fact } from "./platform";

export const KUBERNETES = "https://kubernetes.io/docs";
export const FALCO_DRIVERS = "https://falco.org/docs/concepts/event-sources/kernel/";

export const COREDNS: Dns = { namespace: "kube-system", labels: { "k8s-app": "kube-dns" }, ports: [53], addresses: [] };

export const NODE_LOCAL = "169.254.20.10/32";

export const dns = (says: string, source = `${KUBERNETES}/tasks/administer-cluster/dns-custom-nameservers/`): Fact => ({
    says,
    source,
});

export const PSA = {
    podSecurityAdmission: "yes",
    podSecurity: {
        says: "Pod Security Admission is on by default since 1.25.",
        source: `${KUBERNETES}/concepts/security/pod-security-admission/`,
    },
} as const;

/** The kernel's own requirement: from 5.8 on, with type information (BTF). */
export const MODERN_EBPF = {
    ebpf: "yes",
    falco: {
        says: "The modern eBPF probe needs a kernel of 5.8 or later with BTF, and no kernel headers.",
        source: FALCO_DRIVERS,
    },
} as const;

export const DEPENDS_ON_NODES = { ...MODERN_EBPF, ebpf: "optional" } as const;

export const KUBELET = {
    kubeletRoot: "/var/lib/kubelet",
    kubelet: {
        says: "The kubelet keeps its files in its default directory.",
        source: `${KUBERNETES}/reference/command-line-tools-reference/kubelet/`,
    },
} as const;

export const OWN_CONTROL_PLANE = {
    controlPlaneFiles: "yes",
    auditLog: {
        says: "Whoever sets up the control plane gives the API server its audit policy and its encryption configuration.",
        source: `${KUBERNETES}/tasks/debug/debug-cluster/audit/`,
    },
} as const;

export const CONTAINERD = "/run/containerd/containerd.sock";

export const NO_METADATA = {
    metadataAddresses: [],
    metadata: {
        says: "There is no metadata service, unless the machines are a cloud's.",
        source: `${KUBERNETES}/concepts/architecture/nodes/`,
    },
} as const;

export const NO_QUOTA = "no" as const;

export const DOCUMENTED = "nothing: from documentation";
