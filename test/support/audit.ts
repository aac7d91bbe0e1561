import type { Manifest } from "./controls";

/** An audit policy with some rules. */
export function auditPolicy(...rules: readonly Manifest[]): Manifest {
    return { apiVersion: "audit.k8s.io/v1", kind: "Policy", metadata: { name: "audit" }, rules };
}
