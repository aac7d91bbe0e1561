import assert from "node:assert/strict";

import fc from "fast-check";

import { addressParty, Network } from "../../policies/kubernetes/network/index.js";
import type { Party, Verdict } from "../../policies/kubernetes/network/index.js";
import { Stack } from "../../policies/kubernetes/stack.js";
import { typeToken } from "../../policies/kubernetes/resource.js";
import { tally } from "../support/tally.mjs";
import { askGoProgram, buildGoProgram, goIsThere } from "./go-program.js";
import type { Landscape, Question } from "./network-landscapes.js";
import { landscapes } from "./network-landscapes.js";

const QUESTIONS_EACH = 25;
const QUESTIONS = Number(process.env["NETWORK_QUESTIONS"] ?? 10_000);
const SEED = Number(process.env["NETWORK_SEED"] ?? Date.now() % 2 ** 31);
const available = goIsThere();

/** Answers of the evaluator to a landscape's questions, and whether a pod in its node's network is at either end. */
function answersTo(landscape: Landscape): readonly { readonly verdict: Verdict; readonly onNode: boolean }[] {
    const { namespaces, pods, policies, admin, baseline, questions } = landscape;
    const objects = [...namespaces, ...pods, ...policies, ...admin, ...baseline] as Record<string, unknown>[];
    const stack = new Stack(
        objects.map((props, document) => ({
            source: "landscape",
            document,
            type: typeToken(String(props["apiVersion"]), String(props["kind"])),
            props,
        })),
    );
    const network = new Network(stack);
    const byAddress = new Map(network.pods.map((pod) => [pod.addresses[0], pod]));
    const partyOf = (address: string): Party => byAddress.get(address) ?? addressParty(address);
    const onNode = (address: string): boolean => (byAddress.get(address)?.hostNetwork ?? "no") !== "no";
    return questions.map(({ from, to, protocol, port }) => ({
        verdict: network.ask(partyOf(from), partyOf(to), { protocol, port }).verdict,
        onNode: onNode(from) || onNode(to),
    }));
}

/**
 * The evaluator of network policies against kube-network-policies, the reference implementation of sig-network: the same
 * answer to every question. Where a pod is in its node's network the API leaves the answer open, and the evaluator may say
 * so.
 */
describe(`Network policies (${QUESTIONS} questions, NETWORK_SEED=${SEED})${available ? "" : " (skipped: go is not on the PATH)"}`, function () {
    this.timeout(3_600_000);
    let samples: readonly Landscape[];
    let reference: readonly (readonly boolean[])[];

    before(async function () {
        if (!available) {
            this.skip();
        }
        const binary = await buildGoProgram("network-policies");
        const numRuns = Math.ceil(QUESTIONS / QUESTIONS_EACH);
        samples = fc.sample(landscapes(QUESTIONS_EACH), { seed: SEED, numRuns });
        reference = askGoProgram(binary, samples) as readonly (readonly boolean[])[];
    });

    it("are evaluated as the reference implementation does", () => {
        const wrong: string[] = [];
        const counts: Record<Verdict, number> = { allowed: 0, denied: 0, unknown: 0 };
        for (const [index, landscape] of samples.entries()) {
            const answers = reference[index] ?? [];
            assert.equal(answers.length, landscape.questions.length);
            for (const [number, { verdict, onNode }] of answersTo(landscape).entries()) {
                counts[verdict]++;
                const expected = answers[number] === true ? "allowed" : "denied";
                if (verdict !== expected && (verdict !== "unknown" || !onNode)) {
                    wrong.push(`${verdict}: ${textOf(index, landscape, landscape.questions[number])}`);
                }
            }
        }
        tally("kube-network-policies, random connections", samples.length * QUESTIONS_EACH, wrong.length);
        assert.deepEqual(wrong.slice(0, 10), []);
        // An evaluator that always said the same would agree half of the time.
        assert.ok(counts.allowed > QUESTIONS / 5, JSON.stringify(counts));
        assert.ok(counts.denied > QUESTIONS / 5, JSON.stringify(counts));
    });
});

function textOf(index: number, landscape: Landscape, question: Question | undefined): string {
    const objects = JSON.stringify({ ...landscape, questions: undefined }, null, 1);
    return `NETWORK_SEED=${SEED}, landscape ${index}: ${JSON.stringify(question)} in ${objects}`;
}
