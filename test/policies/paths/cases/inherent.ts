import { boundTo, may, namespace, pod } from "../manifests";
import type { Case } from "./case";
import { POD } from "./case";

const READS_SECRETS = may(["", "secrets", "list"]);

/** What follows from how Kubernetes works. */
export const INHERENT: readonly Case[] = [
    {
        family: "own-pods",
        open: [namespace()],
        edge: "a pod of one's own making in shop -> a node of the control plane",
        mended: [namespace("restricted")],
    },
    { family: "node-pods", open: [pod()], edge: "a node -> every pod of the cluster" },
    {
        family: "control-plane-keys",
        open: [pod()],
        edge: "a node of the control plane -> cluster-admin",
    },
    {
        family: "group-membership",
        open: [
            pod({ automountServiceAccountToken: true }),
            ...boundTo({ kind: "Group", name: "system:serviceaccounts:shop" }, READS_SECRETS),
        ],
        edge: "service account shop/web -> group system:serviceaccounts:shop",
        mended: [pod({ automountServiceAccountToken: true })],
    },
    { family: "members", open: [pod()], edge: `every pod of shop -> ${POD}`, mended: [] },
    {
        family: "group-membership",
        open: boundTo({ kind: "Group", name: "system:unauthenticated" }, READS_SECRETS),
        edge: "the Internet -> group system:unauthenticated",
        mended: READS_SECRETS,
    },
    {
        family: "group-membership",
        open: boundTo({ kind: "User", name: "system:anonymous" }, READS_SECRETS),
        edge: "the Internet -> user system:anonymous",
        mended: READS_SECRETS,
    },
    {
        family: "group-membership",
        open: boundTo({ kind: "Group", name: "system:masters" }, READS_SECRETS),
        edge: "group system:masters -> cluster-admin",
        mended: READS_SECRETS,
    },
];
