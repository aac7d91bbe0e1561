import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

import { SpiffeError } from "@x0tta6bl4/spiffe";

import { tally } from "../support/tally.mjs";
import { askGoProgram, buildGoProgram, goIsThere } from "./go-program.js";
import { Random } from "./manifest-texts.js";
import type { Case } from "./spiffe-cases.js";
import { decide, KINDS, makeCases } from "./spiffe-cases.js";
import type { Difference } from "./spiffe-differences.js";
import { DIFFERENCES } from "./spiffe-differences.js";

const CASES = Number(process.env["SPIFFE_CASES"] ?? 2_000);
const SEED = Number(process.env["SPIFFE_SEED"] ?? Date.now() % 2 ** 31);
const available = goIsThere();

/** What one side makes of a case: a value, or why it refuses. */
interface Verdict {
    readonly value?: unknown;
    readonly error?: string;
}

async function ourVerdict({ question }: Case, strict: boolean): Promise<Verdict> {
    try {
        return { value: await decide(question, strict) };
    } catch (error) {
        // Anything else is a fault of its own, whatever go-spiffe says.
        assert.ok(error instanceof SpiffeError, String(error));
        return { error: `${error.code}: ${error.message}` };
    }
}

function askGo(binary: string, cases: readonly Case[]): readonly Verdict[] {
    return askGoProgram(
        binary,
        cases.map(({ question }) => question),
        "judge",
    ) as readonly Verdict[];
}

const refusedBy = (ours: Verdict, theirs: Verdict): Difference["refusedBy"] =>
    ours.error !== undefined ? "here" : theirs.error !== undefined ? "go-spiffe" : "neither";

/** The listed differences that explain a case. */
function explanations({ question, traits }: Case, ours: Verdict, theirs: Verdict): readonly Difference[] {
    return DIFFERENCES.filter(
        ({ kind, refusedBy: who, refusal, trait, text }) =>
            kind === question.kind &&
            who === refusedBy(ours, theirs) &&
            (refusal === undefined || refusal.test(ours.error ?? theirs.error ?? "")) &&
            (trait === undefined || traits.has(trait)) &&
            (text === undefined || ("text" in question && text.test(question.text))),
    );
}

/**
 * SPIFFE IDs, trust domains, certificate chains, JWT-SVIDs and bundle documents, at random: go-spiffe and this library decide alike, or
 * differ in a way that is listed with what decides it. With `strict`, this library takes nothing of a peer that go-spiffe refuses.
 */
describe(`Deciding as go-spiffe does (${CASES} cases of each kind, SPIFFE_SEED=${SEED})${available ? "" : " (skipped: go is not on the PATH)"}`, function () {
    this.timeout(3_600_000);
    let binary = "";

    before(async function () {
        if (!available) {
            this.skip();
        }
        binary = await buildGoProgram("peer");
    });

    for (const kind of KINDS) {
        it(`on each ${kind}, or for a listed reason not`, async () => {
            const random = new Random(SEED);
            const cases: Case[] = [];
            for await (const made of makeCases(kind, random)) {
                cases.push(made);
                if (cases.length === CASES) {
                    break;
                }
            }
            const answers = askGo(binary, cases);
            assert.equal(answers.length, cases.length);
            const wrong: string[] = [];
            let [taken, refused] = [0, 0];
            for (const [index, one] of cases.entries()) {
                const theirs = answers[index] ?? {};
                const [ours, strict] = [await ourVerdict(one, false), await ourVerdict(one, true)];
                const what = (): string =>
                    `SPIFFE_SEED=${SEED}, ${kind} ${index}: ${JSON.stringify({ ours, strict, theirs, traits: [...one.traits], question: one.question })}`;
                const agreed =
                    (ours.error === undefined) === (theirs.error === undefined) &&
                    isDeepStrictEqual(ours.value, theirs.value);
                if (agreed) {
                    taken += ours.error === undefined ? 1 : 0;
                    refused += ours.error === undefined ? 0 : 1;
                    continue;
                }
                const listed = explanations(one, ours, theirs);
                if (listed.length === 0) {
                    wrong.push(`not listed: ${what()}`);
                    continue;
                }
                // Whoever turns strictness on relies on it: nothing that a peer sends is taken here alone.
                const fromPeer = kind === "chain" || kind === "token";
                const isStrict = strict.error !== undefined;
                const isLaxer = fromPeer && refusedBy(ours, theirs) !== "here" && !isStrict;
                if (isLaxer || listed.some((entry) => entry.strict === true && !isStrict)) {
                    wrong.push(`laxer: ${what()}`);
                }
            }
            tally(`go-spiffe, random ${kind}s`, cases.length, wrong.length);
            assert.deepEqual(wrong.slice(0, 10), []);
            // Two programs that refused everything would agree as well.
            assert.ok(taken > CASES / 10 && refused > CASES / 10, `${taken} taken and ${refused} refused by both`);
        });
    }

    it("lists each difference once, with what decides it", () => {
        const texts = DIFFERENCES.map(({ kind, refusedBy: who, refusal, trait, text, why }) => {
            assert.match(why, /section \d/);
            return [kind, who, String(refusal), trait, String(text)].join(" | ");
        });
        assert.equal(new Set(texts).size, texts.length);
    });
});
