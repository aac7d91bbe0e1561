import { loadAll, YAMLException } from "js-yaml";

import { rememberEach } from "../memo";
import type { Body, KubeObject } from "./kube";
import { isObj } from "./kube";
import { keepsTexts, textAt } from "./texts";
import { isRecord, rootOf, walk } from "./walk";

/** API groups of the files that start components of Kubernetes and nodes. */
export const COMPONENT_GROUPS: readonly string[] = [
    "kubeadm.k8s.io",
    "kubelet.config.k8s.io",
    "kubeproxy.config.k8s.io",
    "kubescheduler.config.k8s.io",
];
/** With those of the files that the API server reads besides. They are no objects of the API. */
const FILE_GROUPS: readonly string[] = [...COMPONENT_GROUPS, "apiserver.config.k8s.io", "audit.k8s.io"];

/**
 * API groups whose objects set up clusters, and hold files and flags of its components: Cluster API, Rancher, kOps, kind, k3d,
 * k0s, EKS' nodes and OpenShift's.
 */
export const SETUP_GROUPS: readonly string[] = [
    "bootstrap.cluster.x-k8s.io",
    "controlplane.cluster.x-k8s.io",
    "k0s.k0sproject.io",
    "k3d.io",
    "kind.x-k8s.io",
    "kops.k8s.io",
    "machineconfiguration.openshift.io",
    "node.eks.aws",
    "provisioning.cattle.io",
    "rke.cattle.io",
];

/** A document in a text of an object: a file that a ConfigMap, a Secret or the setup of a cluster carries. */
export interface CarriedDocument {
    /** The path of the text. */
    readonly path: string;
    readonly body: Body;
}

/** What the texts of an object carry. */
interface Carried {
    readonly documents: readonly CarriedDocument[];
    /** The paths of texts that name a kind of such files, and can't be read, as templates of other tools. */
    readonly unread: readonly string[];
}

/** A text without any of these says nothing of a component. */
const MARK = /apiVersion|-args?["']?\s*:|[eE]xtraArgs/;
// eslint-disable-next-line security/detect-non-literal-regexp -- the groups are those of this file
const NAMED = new RegExp(
    `apiVersion["']?\\s*:\\s*["']?(?:${FILE_GROUPS.map((group) => group.replaceAll(".", "\\.")).join("|")})/`,
);

/** The documents that the texts of ConfigMaps, Secrets and of objects that set up clusters hold. */
export const carriedBy = rememberEach((object: KubeObject): Carried => {
    const documents: CarriedDocument[] = [];
    const unread: string[] = [];
    if (keepsTexts(object) || SETUP_GROUPS.includes(object.group)) {
        walk(rootOf(object), (node) => {
            const text = textAt(object, node);
            if (text !== undefined && MARK.test(text)) {
                const read = documentsOf(text);
                documents.push(...(read ?? []).map((body) => ({ path: node.path, body })));
                if (read === undefined && NAMED.test(text)) {
                    unread.push(node.path);
                }
            }
            return !isRecord(node);
        });
    }
    return { documents, unread };
});

function documentsOf(text: string): readonly Body[] | undefined {
    try {
        return loadAll(text).filter(isObj);
    } catch (error) {
        if (error instanceof YAMLException) {
            return undefined;
        }
        throw error;
    }
}

/** Says whether a document is a file of a component of Kubernetes, by the API group that it is written in. */
export function isComponentFile(body: Body): boolean {
    return FILE_GROUPS.includes(groupOf(body));
}

/** The API group that a document is written in; empty for the core group and for what is of none. */
export function groupOf(body: Body): string {
    const apiVersion = body["apiVersion"];
    return typeof apiVersion === "string" && apiVersion.includes("/") ? apiVersion.replace(/\/.*$/s, "") : "";
}
