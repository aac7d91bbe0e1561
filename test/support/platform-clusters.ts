import type { Body } from "../../policies/kubernetes/kube";
import type { PlatformName } from "../../policies/platforms";
import { daemon, FakeAsked, node, SLICES } from "./doctor";

/*
 * A cluster of each platform as its API server shows it: what its nodes say of themselves, the DaemonSets that come with it, its DNS
 * pods and its endpoints. Written from the platforms' documentation (policies/platforms names it), recorded of none.
 */

interface Shown {
    readonly info: object;
    readonly node?: object;
    readonly daemons: readonly string[];
    /** Namespace and label of the DNS pods. */
    readonly dns?: readonly [string, string];
    readonly endpoint: readonly [string, number];
}

const labelled = (label: string, value: string) => ({ metadata: { name: "n", labels: { [label]: value } } });
/** What kubeadm writes on each node that it joins, whoever calls it. */
const KUBEADM = { "kubeadm.alpha.kubernetes.io/cri-socket": "unix:///run/containerd/containerd.sock" };

const SHOWN: Readonly<Record<PlatformName, Shown>> = {
    generic: { info: {}, daemons: ["kube-router"], endpoint: ["10.0.0.3", 6443] },
    kubeadm: {
        info: { osImage: "Debian GNU/Linux 13" },
        node: { metadata: { name: "n", annotations: KUBEADM } },
        daemons: ["kube-flannel-ds", "kube-proxy"],
        endpoint: ["10.0.0.3", 6443],
    },
    eks: {
        info: { kubeletVersion: "v1.33.5-eks-113cf36", kernelVersion: "6.1.153-175.280.amzn2023.x86_64" },
        node: {
            ...labelled("eks.amazonaws.com/nodegroup", "workers"),
            spec: { providerID: "aws:///eu-central-1a/i-0123456789abcdef0" },
        },
        daemons: ["aws-node", "ebs-csi-node", "kube-proxy"],
        endpoint: ["10.0.0.3", 443],
    },
    gke: {
        info: { kubeletVersion: "v1.34.1-gke.3720000", kernelVersion: "6.6.97+" },
        node: labelled("cloud.google.com/gke-nodepool", "default-pool"),
        daemons: ["anetd", "gke-metadata-server", "node-local-dns"],
        endpoint: ["10.0.0.3", 443],
    },
    aks: {
        info: { kernelVersion: "6.8.0-1034-azure" },
        node: labelled("kubernetes.azure.com/cluster", "MC_shop"),
        daemons: ["azure-cns", "cilium"],
        endpoint: ["10.0.0.3", 443],
    },
    openshift: {
        info: { kernelVersion: "5.14.0-570.49.1.el9_6.x86_64" },
        node: labelled("node.openshift.io/os_id", "rhel"),
        daemons: ["dns-default", "multus", "ovnkube-node"],
        dns: ["openshift-dns", "dns.operator.openshift.io/daemonset-dns=default"],
        endpoint: ["10.0.0.3", 6443],
    },
    // Its network policy controller is part of its own program.
    k3s: { info: { kubeletVersion: "v1.34.1+k3s1" }, daemons: [], endpoint: ["10.0.0.3", 6443] },
    rke2: {
        info: { kubeletVersion: "v1.34.1+rke2r1" },
        daemons: ["rke2-canal"],
        endpoint: ["10.0.0.3", 6443],
    },
    k0s: { info: { kubeletVersion: "v1.34.1+k0s" }, daemons: ["kube-router"], endpoint: ["10.0.0.3", 6443] },
    microk8s: {
        info: {},
        node: labelled("microk8s.io/cluster", "true"),
        daemons: ["calico-node"],
        endpoint: ["10.0.0.3", 16443],
    },
    talos: {
        info: { osImage: "Talos (v1.11.3)", kernelVersion: "6.12.48-talos" },
        daemons: ["kube-flannel", "kube-proxy"],
        endpoint: ["10.0.0.3", 6443],
    },
    kind: {
        info: {},
        node: {
            metadata: { name: "n", annotations: KUBEADM },
            spec: { providerID: "kind://docker/kind/kind-control-plane" },
        },
        daemons: ["kindnet", "kube-proxy"],
        endpoint: ["10.0.0.3", 6443],
    },
};

/** Nodes and DaemonSets of a platform's cluster. */
export function shownBy(platform: PlatformName): {
    readonly nodes: readonly Body[];
    readonly daemonsets: readonly Body[];
} {
    const { info, node: rest = {}, daemons } = SHOWN[platform];
    return {
        nodes: ["a", "b"].map((name) => node(name, info, rest)),
        daemonsets: daemons.map((name) => daemon(name)),
    };
}

/** A cluster of a platform, for the doctor to ask. */
export function clusterOf(platform: PlatformName): FakeAsked {
    const fake = new FakeAsked();
    const { dns = ["kube-system", "k8s-app=kube-dns"], endpoint } = SHOWN[platform];
    const { nodes, daemonsets } = shownBy(platform);
    fake.lists = { ...fake.lists, nodes, daemonsets };
    const [namespace, label] = dns;
    const pods = (of: string, selector: string) =>
        `/api/v1/namespaces/${of}/pods?limit=1&labelSelector=${encodeURIComponent(selector)}`;
    fake.answers[pods("kube-system", "k8s-app=kube-dns")] = { items: [] };
    fake.answers[pods(namespace, label)] = { items: [{}] };
    fake.answers[SLICES] = { items: [{ endpoints: [{ addresses: [endpoint[0]] }], ports: [{ port: endpoint[1] }] }] };
    return fake;
}
