import type { Claim, Subject } from "../model.js";

/** Looks up each claim once in a while, so that a flood of events about one pod is no flood of requests to the API server. */
export class SubjectCache {
    private readonly known = new Map<string, { readonly until: number; readonly subject: Promise<Subject> }>();

    /**
     * @param options.ttlMs how long an answer is taken for the truth: short, since pods of one name follow each other
     * @param options.size how many answers are kept; the oldest give way
     */
    constructor(
        private readonly lookUp: (claim: Claim) => Promise<Subject>,
        private readonly options: { readonly ttlMs: number; readonly size: number; readonly now: () => number },
    ) {}

    subject(claim: Claim): Promise<Subject> {
        const key = JSON.stringify([claim.namespace, claim.pod, claim.node, claim.spiffeId]);
        const now = this.options.now();
        const found = this.known.get(key);
        if (found !== undefined && found.until > now) {
            return found.subject;
        }
        const subject = this.lookUp(claim);
        this.known.delete(key);
        this.known.set(key, { until: now + this.options.ttlMs, subject });
        for (const oldest of this.known.keys()) {
            if (this.known.size <= this.options.size) {
                break;
            }
            this.known.delete(oldest);
        }
        return subject;
    }
}
