import type { Manifest } from "../../../support/controls";
import { boundTo, may, namespace, object, pod } from "../manifests";
import type { Case } from "./case";
import { POD } from "./case";

const quota = (hard: Readonly<Record<string, unknown>>, rest: Readonly<Record<string, unknown>> = {}): Manifest =>
    object("v1", "ResourceQuota", "closed", { spec: { hard, ...rest } });
const READS_SECRETS = may(["", "secrets", "list"]);

/** What follows from how Kubernetes works. */
export const INHERENT: readonly Case[] = [
    {
        family: "own-pods",
        open: [namespace()],
        edge: "a pod of one's own making in shop -> a node of the control plane",
        mended: [namespace("restricted")],
    },
    {
        family: "own-pods",
        open: [namespace(), quota({ pods: "1" })],
        edge: "a pod of one's own making in shop -> a node of the control plane",
        mended: [namespace(), quota({ pods: "0" })],
    },
    {
        family: "own-pods",
        open: [namespace(), quota({ "count/pods": 0 }, { scopes: ["BestEffort"] })],
        edge: "a pod of one's own making in shop -> every service account of shop",
        mended: [namespace(), quota({ "count/pods": 0 })],
    },
    {
        family: "own-pods",
        open: [namespace(), quota({ pods: "0" }, { scopeSelector: { matchExpressions: [] } })],
        edge: "a pod of one's own making in shop -> every service account of shop",
        mended: [namespace(), quota({ pods: "0" })],
    },
    {
        // Whoever may change the quota may have pods.
        family: "own-pods",
        open: [namespace(), quota({ pods: "0" }), ...may(["", "resourcequotas", "patch"])],
        edge: "a pod of one's own making in shop -> a node of the control plane",
        mended: [namespace(), quota({ pods: "0" }), ...may(["", "resourcequotas", "get"])],
    },
    {
        family: "own-pods",
        open: [namespace(), quota({ pods: "0" })],
        edge: "everything in shop -> a node of the control plane",
        mended: [namespace("restricted"), quota({ pods: "0" })],
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
