import { obj } from "../../policies/kubernetes/kube";
import { ApiError, type ReadOnlyClient } from "../sources/cluster/client";
import { LiveCluster } from "../verify/live";
import { CLUSTER_QUESTIONS } from "./cluster-questions";
import type { Answer, AnswerStatus, Asked, Patient, Question } from "./question";
import { unknown } from "./question";
import { STACK_QUESTIONS } from "./stack-questions";

/** What a question says of itself. */
export type QuestionMeta = Omit<Question, "ask">;

/** Everything that is asked, in reading order. */
export const QUESTIONS: readonly QuestionMeta[] = [...CLUSTER_QUESTIONS, ...STACK_QUESTIONS];

/** What a question came to. */
export interface Diagnosis {
    readonly question: QuestionMeta;
    readonly answers: readonly Answer[];
}

/**
 * Asks a cluster everything; a question that the cluster doesn't answer is unknown, and the others are still asked.
 *
 * @param patient the stack; without one, only what holds for any is asked
 */
export async function examine(cluster: Asked, patient: Patient | undefined): Promise<readonly Diagnosis[]> {
    const all = await Promise.all([
        ...CLUSTER_QUESTIONS.map(async (question) => diagnosis(question, async () => question.ask(cluster, patient))),
        ...(patient === undefined
            ? []
            : STACK_QUESTIONS.map(async (question) => diagnosis(question, async () => question.ask(cluster, patient)))),
    ]);
    return all.filter(({ answers }) => answers.length > 0);
}

async function diagnosis(question: QuestionMeta, ask: () => Promise<readonly Answer[]>): Promise<Diagnosis> {
    try {
        return { question, answers: await ask() };
    } catch (error) {
        if (error instanceof ApiError) {
            return { question, answers: [unknown("cluster", `doesn't answer: ${error.message}`)] };
        }
        throw error;
    }
}

/** How many answers came to what. */
export function countsOf(diagnoses: readonly Diagnosis[]): Readonly<Record<AnswerStatus, number>> {
    const answers = diagnoses.flatMap((diagnosis) => diagnosis.answers);
    const of = (status: AnswerStatus): number => answers.filter((answer) => answer.status === status).length;
    return { ok: of("ok"), missing: of("missing"), unknown: of("unknown") };
}

/**
 * A cluster behind its API server, by reading: the one question that is sent with POST stores nothing. What several questions
 * ask for is asked once.
 */
export function askedBy(client: ReadOnlyClient): Asked {
    const live = new LiveCluster(client);
    return {
        objects: once(async (base: string, plural: string) => live.objects(base, plural)),
        text: async (path) => client.text(path),
        get: once(async (path: string) => {
            try {
                return await client.get(path);
            } catch (error) {
                if (error instanceof ApiError && error.status === 404) {
                    return undefined;
                }
                throw error;
            }
        }),
        may: async (verb, group, resource) => {
            const resourceAttributes = { verb, group, resource };
            const review = await client.review("SelfSubjectAccessReview", { resourceAttributes });
            return obj(review["status"])["allowed"] === true;
        },
    };
}

function once<A extends readonly string[], T>(ask: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
    const answers = new Map<string, Promise<T>>();
    return async (...args) => {
        const key = args.join(" ");
        const answer = answers.get(key) ?? ask(...args);
        answers.set(key, answer);
        return answer;
    };
}
