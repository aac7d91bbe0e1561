import { readContent } from "../../policies/engine/input";
import type { Read } from "../../policies/engine/schema";
import {
    anyText,
    boolean,
    exactly,
    listOf,
    mapOf,
    oneOf,
    optional,
    partOf,
    refined,
    text,
} from "../../policies/engine/schema";
import { isMoment } from "../../policies/engine/values";
import type { StatementKind } from "./kinds";
import { STATEMENT_KINDS, predicateType } from "./kinds";

/** in-toto Attestation Framework, Statement v1: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";

/** `unknown`: it was looked at and could not be told; never counted as passed. */
const OUTCOMES = ["passed", "failed", "unknown"] as const;

/** What a statement says of one thing: a test, a scanner, a check, a control, a job. */
export interface Result {
    readonly name: string;
    readonly outcome: (typeof OUTCOMES)[number];
    /** In a few words; never a secret. */
    readonly detail?: string;
}

/** The cluster that was looked at: as the kubeconfig calls it, and by the UID of its namespace kube-system. */
export interface ClusterSeen {
    readonly name: string;
    readonly identity: string;
    /** It was made to try the stack on; it is not the stack's own. */
    readonly rehearsal: boolean;
}

/** What is stated: what ran, when, on which cluster, and what came of it. */
export interface Predicate {
    readonly tool: { readonly name: string; readonly version: string };
    /** RFC 3339. Of a run that looks at a cluster it is the start, from when on the cluster may have changed. */
    readonly at: string;
    readonly cluster?: ClusterSeen;
    readonly results: readonly Result[];
}

/** A thing that a statement is about, by digests as in-toto names them. */
export interface Subject {
    readonly name: string;
    readonly digest: Readonly<Record<string, string>>;
}

/** A statement of evidence. */
export interface Statement {
    readonly _type: typeof STATEMENT_TYPE;
    readonly subject: readonly Subject[];
    readonly predicateType: string;
    readonly predicate: Predicate;
}

/** The subject that stands for the files of a checkout. */
export const SOURCE = "source";

/** The name of the subject that stands for what a stack's program makes. */
export function stackSubject(stack: string): string {
    return `stack/${stack}`;
}

const TIME = refined(
    text("a time by RFC 3339", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/),
    (time) => (isMoment(time) ? undefined : "is a time that there is not"),
);

/** in-toto has consumers pass over fields that they don't know. */
const STATEMENT = partOf({
    _type: exactly(STATEMENT_TYPE),
    subject: listOf(partOf({ name: text(), digest: mapOf(text("a digest in hexadecimal", /^[0-9a-f]{40,128}$/)) }), 1),
    predicateType: text(),
    predicate: partOf({
        tool: partOf({ name: text(), version: text() }),
        at: TIME,
        cluster: optional(partOf({ name: text(), identity: text(), rehearsal: boolean() })),
        results: listOf(partOf({ name: text(), outcome: oneOf(...OUTCOMES), detail: optional(anyText) }), 1),
    }),
});

/** A statement, and the kind of evidence it is by its predicate type. */
export interface ReadStatement extends Read<typeof STATEMENT> {
    readonly kind: StatementKind;
}

/**
 * Reads what a file, or a signed payload, holds.
 *
 * @throws InputError with every fault, where it is no statement of a kind that is known
 */
export function readStatement(content: unknown, file: string): ReadStatement {
    const known = refined(STATEMENT, (given) =>
        kindOf(given.predicateType) === undefined
            ? `has a predicateType that is not known; known: ${STATEMENT_KINDS.map(predicateType).join(", ")}`
            : undefined,
    );
    const statement = readContent(known, content, file);
    // Refined above: there is one.
    return { ...statement, kind: kindOf(statement.predicateType) as StatementKind };
}

function kindOf(type: string): StatementKind | undefined {
    return STATEMENT_KINDS.find((kind) => predicateType(kind) === type);
}
