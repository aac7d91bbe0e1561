import type { Expected } from "./expected";
import type { Live } from "./live";

/** `unknown`: the cluster did not let the check see what it needs; never counted as proved. */
export type VerdictStatus = "proved" | "failed" | "unknown";

/** What a check found out about one subject. */
export interface Verdict {
    readonly status: VerdictStatus;
    /** What was looked at: `DaemonSet spire/spire-agent`. */
    readonly subject: string;
    /** One sentence: what was proved, or what is wrong. Never a secret value. */
    readonly message: string;
}

/** One of the hardening guide's actions, done against a live cluster by reading only. */
export interface Check {
    /** Kebab-case; the name says the state that is proved. */
    readonly name: string;
    readonly title: string;
    /** Items of the checklist that it is evidence for. */
    readonly covers: readonly string[];
    /** What to do when it fails. */
    readonly remedy: string;
    run(expected: Expected, live: Live): Promise<readonly Verdict[]>;
}

export function proved(subject: string, message: string): Verdict {
    return { status: "proved", subject, message };
}

export function failed(subject: string, message: string): Verdict {
    return { status: "failed", subject, message };
}

export function unknown(subject: string, message: string): Verdict {
    return { status: "unknown", subject, message };
}
