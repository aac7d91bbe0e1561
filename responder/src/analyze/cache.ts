import { limited } from "../limited.js";
import type { Claim, Subject } from "../model.js";

/** Claims that are looked up at once: planning finds the API server free. */
const LOOK_UPS = 16;

/** Answers that are asked for once in a while; a failure is asked for again at once. */
export class TimedCache<T> {
    private readonly known = new Map<string, { readonly until: number; readonly answer: Promise<T> }>();

    /**
     * @param options.ttlMs how long an answer is taken for the truth
     * @param options.size how many answers are kept; the oldest give way
     * @param options.now milliseconds since 1970
     */
    constructor(
        private readonly options: { readonly ttlMs: number; readonly size: number; readonly now: () => number },
    ) {}

    get(key: string, ask: () => Promise<T>): Promise<T> {
        const now = this.options.now();
        const found = this.known.get(key);
        if (found !== undefined && found.until > now) {
            return found.answer;
        }
        const answer = ask();
        const entry = { until: now + this.options.ttlMs, answer };
        answer.catch(() => this.known.get(key) === entry && this.known.delete(key));
        this.known.delete(key);
        this.known.set(key, entry);
        for (const oldest of this.known.keys()) {
            if (this.known.size <= this.options.size) {
                break;
            }
            this.known.delete(oldest);
        }
        return answer;
    }
}

/** Looks up each claim once in a while, so that a flood of events about one pod is no flood of requests to the API server. */
export class SubjectCache {
    private readonly known: TimedCache<Subject>;
    private readonly lookUp: (claim: Claim) => Promise<Subject>;

    /** @param options see {@link TimedCache}; a short time, since pods of one name follow each other */
    constructor(lookUp: (claim: Claim) => Promise<Subject>, options: ConstructorParameters<typeof TimedCache>[0]) {
        this.lookUp = limited(LOOK_UPS, lookUp);
        this.known = new TimedCache(options);
    }

    subject(claim: Claim): Promise<Subject> {
        const key = JSON.stringify([claim.namespace, claim.pod, claim.node, claim.spiffeId]);
        return this.known.get(key, () => this.lookUp(claim));
    }
}
