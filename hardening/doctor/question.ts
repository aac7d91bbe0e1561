import type { Body } from "../../policies/kubernetes/kube";

/** `unknown`: the cluster doesn't say, or not to whoever asks; never counted as ok. */
export type AnswerStatus = "ok" | "missing" | "unknown";

/** What a question came to for one thing. */
export interface Answer {
    readonly status: AnswerStatus;
    /** What was looked at: `node worker-1`. */
    readonly subject: string;
    /** What is there, as the end of a sentence about the subject. */
    readonly found: string;
    /**
     * What to do about it.
     * @default that of the question
     */
    readonly remedy?: string;
}

/** The stack that is to be deployed, as far as questions need it. */
export interface Patient {
    readonly project: string;
    /** Its objects, as the program registers them. */
    readonly objects: readonly Body[];
    /** Its settings `cluster`, as they are written. */
    readonly cluster: Body;
}

/** What questions may ask of a cluster. Nothing here changes anything. All but `get` reject with an ApiError. */
export interface Asked {
    /** An object or a document of the API; undefined where there is none (404). @throws ApiError where that can't be told */
    get(path: string): Promise<Body | undefined>;
    /** All objects of a kind, in all namespaces. */
    objects(base: string, plural: string): Promise<readonly Body[]>;
    /** A text that the API server serves, such as its metrics. */
    text(path: string): Promise<string>;
    /** Whether whoever asks may do something everywhere. */
    may(verb: string, group: string, resource: string): Promise<boolean>;
}

/**
 * Something that has to hold before a stack is deployed.
 *
 * @typeParam P the stack that is asked for; `undefined` among it where the question is asked without one too
 */
export interface Question<P extends Patient | undefined = Patient | undefined> {
    /** Kebab-case; the name says the state wanted. */
    readonly name: string;
    readonly title: string;
    /** What to do where it doesn't hold, or can't be told. */
    readonly remedy: string;
    readonly ask: (cluster: Asked, patient: P) => Promise<readonly Answer[]>;
}

export function ok(subject: string, found: string): Answer {
    return { status: "ok", subject, found };
}

export function missing(subject: string, found: string, remedy?: string): Answer {
    return { status: "missing", subject, found, ...(remedy !== undefined && { remedy }) };
}

export function unknown(subject: string, found: string, remedy?: string): Answer {
    return { status: "unknown", subject, found, ...(remedy !== undefined && { remedy }) };
}
