import type { Control } from "../../engine/control";
import { noPathBetweenTenants } from "./no-path-between-tenants";
import { noPathFromAnyPodToClusterAdmin } from "./no-path-from-any-pod-to-cluster-admin";
import { noPathFromAnyPodToNode } from "./no-path-from-any-pod-to-node";
import { noPathFromInternetToClusterAdmin } from "./no-path-from-internet-to-cluster-admin";
import { noPathFromInternetToForeignSecrets } from "./no-path-from-internet-to-foreign-secrets";
import { noPathFromInternetToNode } from "./no-path-from-internet-to-node";

/** What single findings add up to. */
export const pathsControls: readonly Control[] = [
    noPathFromInternetToNode,
    noPathFromInternetToClusterAdmin,
    noPathFromInternetToForeignSecrets,
    noPathBetweenTenants,
    noPathFromAnyPodToNode,
    noPathFromAnyPodToClusterAdmin,
];
