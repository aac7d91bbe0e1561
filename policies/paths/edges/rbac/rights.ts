import { workloadResources } from "../../../kubernetes/kinds";
import type { Right } from "../../rights";

/** Rights that several families ask for. */

export const READ_SECRETS: Right = { ways: [{ resources: { "": ["secrets"] }, verbs: ["get", "list", "watch"] }] };

export const CREATE_WORKLOADS: Right = { ways: [{ resources: workloadResources(() => true), verbs: ["create"] }] };

/** The template of a Job can't be changed, nor what a pod is. */
export const CHANGE_WORKLOADS: Right = {
    ways: [{ resources: workloadResources((kind) => kind !== "Job" && kind !== "Pod"), verbs: ["update", "patch"] }],
};

/** To start a pod of one's own making, either way. */
export const RUN_PODS: Right = { ways: [...CREATE_WORKLOADS.ways, ...CHANGE_WORKLOADS.ways] };

const RBAC = "rbac.authorization.k8s.io";

export const WRITE = ["create", "update", "patch"] as const;

export function rbacRight(resources: readonly string[], verbs: readonly string[], clusterScoped: boolean): Right {
    return { ways: [{ resources: { [RBAC]: resources }, verbs }], ...(clusterScoped && { clusterScoped: true }) };
}
