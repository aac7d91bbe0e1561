import { exposesSocket, isWithin } from "../../kubernetes/host-paths";
import { hostOf } from "../containers";
import type { EdgeFamily } from "../edge";
import { hostMountsOf } from "../host-mounts";
import type { NodeKind } from "../nodes";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";

/** Files of a node whose content is worth something by itself. */
const TREASURES: readonly { readonly place: string; readonly what: string; readonly leadsTo: NodeKind | "host" }[] = [
    { place: "/var/lib/kubelet/pods", what: "the tokens and Secrets of every pod of the node", leadsTo: "pods" },
    { place: "/var/lib/kubelet/pki", what: "the kubelet's key", leadsTo: "host" },
    {
        place: "/etc/kubernetes",
        what: "the kubelet's and, on the control plane, the administrators' keys",
        leadsTo: "host",
    },
    { place: "/var/lib/etcd", what: "every Secret of the cluster, as etcd keeps them", leadsTo: "cluster-admin" },
    { place: "/root/.ssh", what: "root's keys", leadsTo: "host" },
    { place: "/etc/ssh", what: "the node's keys", leadsTo: "host" },
    { place: "/etc/shadow", what: "the passwords' hashes", leadsTo: "host" },
    { place: "/root/.kube", what: "root's credentials for the API server", leadsTo: "cluster-admin" },
];

/** Places of which only a part can be had, so that it is not the treasure itself. */
const PARTS: readonly string[] = ["/var/lib/kubelet/pods/"];

export const hostPathRead: EdgeFamily = {
    name: "host-path-read",
    title: "read credentials out of the node's files",
    technique: TECHNIQUES.credentialsInFiles,
    needs: "a user in the container that may read them on the node, mostly root",
    cut: {
        effort: "change",
        remedy: "Mount only the part of the directory that the program needs.",
        control: "no-sensitive-host-mounts",
    },
    find: (landscape) =>
        eachPod(landscape, function* (pod) {
            for (const { directory, object, field } of hostMountsOf(landscape.stack, pod)) {
                if (exposesSocket(directory) || PARTS.some((part) => directory.startsWith(part))) {
                    continue;
                }
                for (const { place, what, leadsTo } of TREASURES) {
                    if (isWithin(place, directory) || isWithin(directory, place)) {
                        const to = leadsTo === "host" ? hostOf(landscape, pod) : landscape.node(leadsTo);
                        const reason = `${directory} of the node holds ${what}`;
                        yield { from: landscape.pod(pod), to, object, field, reason };
                    }
                }
            }
        }),
};
