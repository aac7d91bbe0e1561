import type { Fault, ObjectControl } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import { parseImage } from "../../kubernetes/images";
import type { KubeObject } from "../../kubernetes/kube";
import { list, obj, str } from "../../kubernetes/kube";
import { podsOf } from "../../kubernetes/pods";
import { parseVersion } from "../../kubernetes/versions";

/** The images whose tag is the version of Kubernetes itself. */
const COMPONENT =
    /(?:^|\/)(?:hyperkube|kube-(?:apiserver|controller-manager|scheduler|proxy)(?:-(?:amd64|arm64|arm|ppc64le|s390x))?)$/;

/** A place that states a version of Kubernetes. */
interface Stated {
    readonly path: string;
    readonly version: string;
    readonly container?: string;
}

/** Groups of what sets up clusters and machines of a version: Cluster API and its providers of control planes, kOps, Rancher. */
const SETUPS = /^(?:(?:controlplane\.)?cluster\.x-k8s\.io|kops\.k8s\.io|provisioning\.cattle\.io)$/;
/** Where their kinds say which. */
const VERSION_FIELDS: readonly (readonly string[])[] = [
    ["spec", "kubernetesVersion"],
    ["spec", "version"],
    ["spec", "topology", "version"],
    ["spec", "template", "spec", "version"],
];

function stated(object: KubeObject): readonly Stated[] {
    const at = (steps: readonly string[]): readonly Stated[] => {
        const value = steps.reduce<unknown>((holder, step) => obj(holder)[step], object.body);
        return [{ path: `${object.prefix}${steps.join(".")}`, version: str(value) }];
    };
    if (object.group === "" && object.kind === "Node") {
        return at(["status", "nodeInfo", "kubeletVersion"]);
    }
    if (object.group === "kubeadm.k8s.io") {
        return at(["kubernetesVersion"]);
    }
    if (SETUPS.test(object.group)) {
        return VERSION_FIELDS.flatMap(at).filter(({ version }) => version !== "");
    }
    if (object.group === "kind.x-k8s.io") {
        return list(object.body["nodes"]).map((node, index) => ({
            path: `${object.prefix}nodes[${index}].image`,
            version: parseImage(str(obj(node)["image"])).tag ?? "",
        }));
    }
    return podsOf(object)
        .flatMap(({ containers }) => containers)
        .map(({ name: container, path, body }) => ({
            container,
            path: `${path}.image`,
            image: parseImage(str(body["image"])),
        }))
        .filter(({ image }) => COMPONENT.test(image.repository))
        .map(({ container, path, image }) => ({ container, path, version: image.tag ?? "" }));
}

export const kubernetesIsSupported: ObjectControl = {
    ...objectControl({
        name: "kubernetes-is-supported",
        description: "Every part of Kubernetes itself is of a release that still gets fixes.",
        why: "A hole that is published for a release past its end is never closed there.",
        severity: "medium",
        // Providers support releases for longer than the project, at a price that only its people know of.
        enforcement: "advisory",
        covers: ["cp.cve"],
        frameworks: [...nist("SA-22", "SI-2"), ...soc2("CC7.1"), ...checklist("IR-3", "MET-5")],
        remediation: "Upgrade the cluster, one minor release at a time.",
        profiles: ["nsa", "x0tta6bl4"],
        params: {
            oldest: {
                type: "string",
                description:
                    "The oldest minor release that gets fixes. By default that of 30 November 2026, by kubernetes.io/releases: 1.34 ended on 27 October.",
                default: "1.35",
            },
        },
        kinds: [],
        check: (object, { params }) => faults(object, params.oldest),
        admission: {
            none: "Neither nodes nor the parts of the control plane pass through the policies of namespaces.",
        },
    }),
    applies: ({ group, kind, pods }) =>
        pods ||
        ["kubeadm.k8s.io", "kind.x-k8s.io"].includes(group) ||
        SETUPS.test(group) ||
        (group === "" && kind === "Node"),
};

function* faults(object: KubeObject, oldest: string): Iterable<Fault> {
    const [least = 0, leastMinor = 0] = parseVersion(oldest) ?? [];
    for (const { path, version, ...more } of stated(object)) {
        const [major = least, minor = leastMinor] = parseVersion(version) ?? [];
        if (major < least || (major === least && minor < leastMinor)) {
            yield {
                path,
                message: `${path} is Kubernetes ${version}, which gets no more fixes. Upgrade to ${oldest} or later.`,
                ...more,
            };
        }
    }
}
