import { obj } from "../../policies/kubernetes/kube";
import { ApiError, type ReadOnlyClient } from "../sources/cluster/client";
import { LiveCluster } from "../verify/live";
import { CLUSTER_QUESTIONS } from "./cluster-questions";
import type { Answer, AnswerStatus, Asked, Patient, Question } from "./question";
import { unknown } from "./question";
import { STACK_QUESTIONS } from "./stack-questions";

/** Everything that is asked, in reading order. */
export const QUESTIONS: readonly Question[] = [...CLUSTER_QUESTIONS, ...STACK_QUESTIONS];

/** What a question came to. */
export interface Diagnosis {
    readonly question: Question;
    readonly answers: readonly Answer[];
}

/** Asks a cluster everything; a question that the cluster doesn't answer is unknown, and the others are still asked. */
export async function examine(cluster: Asked, patient: Patient | undefined): Promise<readonly Diagnosis[]> {
    const asked = patient === undefined ? CLUSTER_QUESTIONS : QUESTIONS;
    const all = await Promise.all(
        asked.map(async (question) => {
            try {
                return { question, answers: await question.ask(cluster, patient) };
            } catch (error) {
                if (error instanceof ApiError) {
                    return { question, answers: [unknown("cluster", `doesn't answer: ${error.message}`)] };
                }
                throw error;
            }
        }),
    );
    return all.filter(({ answers }) => answers.length > 0);
}

/** How many answers came to what. */
export function countsOf(diagnoses: readonly Diagnosis[]): Readonly<Record<AnswerStatus, number>> {
    const answers = diagnoses.flatMap((diagnosis) => diagnosis.answers);
    const of = (status: AnswerStatus): number => answers.filter((answer) => answer.status === status).length;
    return { ok: of("ok"), missing: of("missing"), unknown: of("unknown") };
}

/** A cluster behind its API server, by reading: the one question that is sent with POST stores nothing. */
export function askedBy(client: ReadOnlyClient): Asked {
    const live = new LiveCluster(client);
    return {
        objects: async (base, plural) => live.objects(base, plural),
        text: async (path) => client.text(path),
        get: async (path) => {
            try {
                return await client.get(path);
            } catch (error) {
                if (error instanceof ApiError && error.status === 404) {
                    return undefined;
                }
                throw error;
            }
        },
        may: async (verb, group, resource) => {
            const resourceAttributes = { verb, group, resource };
            const review = await client.review("SelfSubjectAccessReview", { resourceAttributes });
            return obj(review["status"])["allowed"] === true;
        },
    };
}
