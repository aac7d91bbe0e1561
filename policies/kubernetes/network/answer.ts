import type { KubeObject } from "../kube";
import type { PortRange } from "./ports";

export type Verdict = "allowed" | "denied" | "unknown";

/** What decides: a rule of a policy, or the policy as a whole where it isolates its pods and no rule of it allows. */
export interface RuleRef {
    readonly object: KubeObject;
    /** E.g. `spec.ingress[0]`; `spec` where it is the policy as a whole. */
    readonly path: string;
}

/** What becomes of a connection to some ports. */
export interface Answer extends PortRange {
    readonly verdict: Verdict;
    /**
     * The rules that decide, of both ends; those that may where the verdict is unknown. None where no policy has a say, so
     * that it is allowed.
     */
    readonly by: readonly RuleRef[];
}

/** A connection's protocol and port. */
export interface Port {
    /** `TCP`, `UDP` or `SCTP`. */
    readonly protocol: string;
    readonly port: number;
}
