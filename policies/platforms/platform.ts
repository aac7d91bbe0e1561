/** What implements network policies, as far as policies have to be written for it. */
export type NetworkEngine = "kubernetes" | "cilium" | "calico";

/** Whether something holds on every cluster of a platform; `unknown` where the documentation does not say. */
export type Given = "yes" | "no" | "optional" | "unknown";

/** Where pods resolve names. */
export interface Dns {
    readonly namespace: string;
    /** Labels of the pods. */
    readonly labels: Readonly<Record<string, string>>;
    /** The pods' own ports, which is what policies see. */
    readonly ports: readonly number[];
    /** Caches on the node, which no label selects. */
    readonly addresses: readonly string[];
}

/** A statement of somebody about a platform, and where it stands. */
export interface Fact {
    readonly says: string;
    readonly source: string;
}

/** By what a node shows that it belongs to a platform; one of them is enough. */
export interface Marks {
    /** Start of `spec.providerID`. */
    readonly providerId?: string;
    /** A label that each node has. */
    readonly label?: string;
    /** Part of `status.nodeInfo.kubeletVersion`. */
    readonly version?: string;
    /** Start of `status.nodeInfo.osImage`. */
    readonly osImage?: string;
    /** An annotation that each node has. */
    readonly annotation?: string;
}

/** What a platform has of SecurityContextConstraints, which judge pods beside Pod Security Admission. */
export interface Constraints {
    /** The SELinux type of pods that touch files of the node. */
    readonly seLinuxType: string;
}

/** What the foundation has to know of a way to run Kubernetes. Data: nothing here decides anything by the platform's name. */
export interface Platform {
    readonly title: string;
    readonly marks: readonly Marks[];
    /** The engine that a new cluster has unless its owner chooses another. */
    readonly networkEngine: NetworkEngine;
    /** Whether network policies are enforced on a new cluster. */
    readonly policiesEnforced: Given;
    readonly network: Fact;
    readonly dns: Dns;
    readonly dnsFact: Fact;
    /** Directory of the kubelet on the node: CSI drivers are registered below it. */
    readonly kubeletRoot: string;
    readonly kubelet: Fact;
    /** Ports at which pods reach the API server, after translation of its Service's address. */
    readonly apiServerPorts: readonly number[];
    readonly apiServer: Fact;
    /** Whether whoever runs workloads can choose the API server's audit policy and encryption. */
    readonly controlPlaneFiles: Given;
    readonly auditLog: Fact;
    /** Whether Pod Security Admission judges pods. */
    readonly podSecurityAdmission: Given;
    readonly podSecurity: Fact;
    /** What judges pods beside it; nothing unless given. */
    readonly constraints?: Constraints;
    /** Whether a router of the platform's own leads requests in, by Routes; it has none unless given. */
    readonly routes?: true;
    /** Whether Falco's modern eBPF probe can be loaded on its nodes. */
    readonly ebpf: Given;
    readonly falco: Fact;
    /** The container runtime's socket on the node. */
    readonly runtimeSocket: string;
    /** Addresses that serve credentials to pods. */
    readonly metadataAddresses: readonly string[];
    readonly metadata: Fact;
    /** Whether critical priority classes need a ResourceQuota in each namespace that uses them. */
    readonly criticalQuota: Given;
    /** What of it was run, and where; everything else is from documentation. */
    readonly tried: string;
}
