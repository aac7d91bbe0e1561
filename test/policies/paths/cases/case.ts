import type { Manifest } from "../../../support/controls";

/** Manifests in which a family has an edge, and the same mended, in which it has not. */
export interface Case {
    readonly family: string;
    readonly open: readonly Manifest[];
    readonly edge: string;
    /** Left out where the edge holds in every cluster, whatever its manifests say. */
    readonly mended?: readonly Manifest[];
}

export const POD = "Pod shop/web";
export const ROLE = "RoleBinding shop/jane";
export const CLUSTER = "ClusterRoleBinding everywhere";
