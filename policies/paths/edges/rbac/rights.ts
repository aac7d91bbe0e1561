import { workloadResources } from "../../../kubernetes/kinds";
import type { Right } from "../../rights";

/** Any one of some verbs on any one of some resources of an API group. */
export function right(group: string, resources: readonly string[], verbs: readonly string[]): Right {
    return { ways: [{ resources: { [group]: resources }, verbs }] };
}

/** The same on resources that belong to the cluster. */
export function clusterRight(group: string, resources: readonly string[], verbs: readonly string[]): Right {
    return { ways: [{ resources: { [group]: resources }, verbs, clusterScoped: true }] };
}

export const RBAC = "rbac.authorization.k8s.io";

/** Rights that several families ask for. */

export const READ_SECRETS: Right = right("", ["secrets"], ["get", "list", "watch"]);

export const CREATE_WORKLOADS: Right = { ways: [{ resources: workloadResources(() => true), verbs: ["create"] }] };

/** The template of a Job can't be changed, nor what a pod is. */
export const CHANGE_WORKLOADS: Right = {
    ways: [{ resources: workloadResources((kind) => kind !== "Job" && kind !== "Pod"), verbs: ["update", "patch"] }],
};

/** To start a pod of one's own making, either way. */
export const RUN_PODS: Right = { ways: [...CREATE_WORKLOADS.ways, ...CHANGE_WORKLOADS.ways] };
