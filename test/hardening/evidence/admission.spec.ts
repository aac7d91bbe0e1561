import assert from "node:assert/strict";

import fc from "fast-check";

import type { Surroundings } from "../../../hardening/evidence/admission";
import { admit } from "../../../hardening/evidence/admission";
import type { StatementKind } from "../../../hardening/evidence/kinds";
import { kindRules, predicateType, STATEMENT_KINDS } from "../../../hardening/evidence/kinds";
import { Observations } from "../../../hardening/evidence/observations";
import type { ClusterSeen, Statement } from "../../../hardening/evidence/statement";
import { readStatement } from "../../../hardening/evidence/statement";
import { InputError } from "../../../policies/engine/input";
import { trustAsking } from "../../support/evidence";

const NOW = new Date("2026-11-22T12:00:00Z");
const COMMIT = "1".repeat(40);
const TREE = "2".repeat(40);
const DIGEST = "3".repeat(64);
const UID = "6f1c0d7e-0000-4000-8000-000000000001";
const CLUSTER: ClusterSeen = { name: "prod", identity: UID, rehearsal: false };
const DAY_MS = 86_400_000;
const AROUND: Surroundings = {
    source: { commit: COMMIT, tree: TREE },
    ...{ stack: "production", stackDigest: DIGEST, cluster: UID, now: NOW, trust: undefined },
};

/** A statement of a kind that fits {@link AROUND}. */
function statement(kind: StatementKind): Statement {
    const { ofStack, ofCluster } = kindRules(kind);
    return {
        _type: "https://in-toto.io/Statement/v1",
        subject: [
            { name: "source", digest: { gitCommit: COMMIT, gitTree: TREE } },
            ...(ofStack ? [{ name: "stack/production", digest: { sha256: DIGEST } }] : []),
        ],
        predicateType: predicateType(kind),
        predicate: {
            tool: { name: "t", version: "1" },
            at: "2026-11-22T10:00:00.000Z",
            ...(ofCluster && { cluster: CLUSTER }),
            results: [{ name: "it", outcome: "passed" }],
        },
    };
}

/** What the evidence says of `it`: whether it proves it, and if not, why. */
function says(kind: StatementKind, content: unknown, over: Partial<Surroundings> = {}): string {
    const around = { ...AROUND, ...over };
    try {
        const taken = { file: "e.json", sha256: "", ...admit(readStatement(content, "e.json"), undefined, around) };
        const seen = new Observations([taken], around.now).of(kind, "it", { maxAge: 8 * DAY_MS, live: true });
        return seen.kind === "seen" ? seen.observation.outcome : seen.reason;
    } catch (error) {
        assert.ok(error instanceof InputError, String(error));
        return error.message;
    }
}

describe("admission of evidence", () => {
    for (const kind of STATEMENT_KINDS) {
        it(`takes a statement of the kind ${kind} that fits`, () => {
            assert.equal(says(kind, statement(kind)), "passed");
        });
    }

    const verify = statement("verify");
    const [source, stack] = verify.subject;
    const { predicate } = verify;
    assert.ok(source && stack);
    const refused: readonly [string, object, string][] = [
        [
            "another commit",
            { subject: [{ name: "source", digest: { gitCommit: "9".repeat(40), gitTree: TREE } }, stack] },
            "it is about the commit 999999999999, not about 111111111111",
        ],
        [
            "other files",
            { subject: [{ name: "source", digest: { gitCommit: COMMIT, gitTree: "9".repeat(40) } }, stack] },
            "it is about other files than those in this checkout of 111111111111",
        ],
        ["no commit", { subject: [stack] }, "it must be about one source, by its commit"],
        ["two commits", { subject: [source, source, stack] }, "it must be about one source, by its commit"],
        ["no stack", { subject: [source] }, "it must be about one stack, by the digest of what its program makes"],
        [
            "several stacks",
            { subject: [source, stack, { ...stack, name: "stack/staging" }] },
            "it must be about one stack, by the digest of what its program makes",
        ],
        [
            "another stack",
            { subject: [source, { ...stack, name: "stack/staging" }] },
            "it is about stack staging, not about production",
        ],
        [
            "the stack as it was",
            { subject: [source, { ...stack, digest: { sha256: "9".repeat(64) } }] },
            "it is about stack production as it was (999999999999), not as its program makes it now (333333333333)",
        ],
        [
            "another cluster",
            { predicate: { ...predicate, cluster: { ...CLUSTER, identity: "other" } } },
            `it was seen on cluster prod (other), not on the stack's own (${UID})`,
        ],
        [
            "no cluster",
            { predicate: { ...predicate, cluster: undefined } },
            "it does not say on which cluster it was seen",
        ],
        [
            "a day to come",
            { predicate: { ...predicate, at: "2026-11-22T12:06:00Z" } },
            "it is of 2026-11-22T12:06:00Z, which is yet to come",
        ],
    ];
    for (const [what, over, reason] of refused) {
        it(`refuses what is about ${what}, and says so`, () => {
            assert.equal(says("verify", { ...verify, ...over }), `e.json proves nothing: ${reason}`);
        });
    }

    it("proves nothing with what is too old", () => {
        const at = "2026-11-14T11:59:59Z";
        assert.equal(
            says("verify", { ...verify, predicate: { ...predicate, at } }),
            `passed cluster prod, ${at}, more than 8 days ago`,
        );
        const still = "2026-11-14T12:00:00Z";
        assert.equal(says("verify", { ...verify, predicate: { ...predicate, at: still } }), "passed");
    });

    it("proves nothing of the stack's own cluster by another, or by one that its settings don't name", () => {
        const tried = { ...verify, predicate: { ...predicate, cluster: { ...CLUSTER, rehearsal: true } } };
        const where = `cluster prod, ${predicate.at}, which is not known to be the stack's own`;
        assert.equal(says("verify", tried), `passed in a rehearsal on ${where}`);
        assert.equal(says("verify", verify, { cluster: undefined }), `passed in ${where}`);
    });

    it("proves nothing where the checkout can't tell its commit", () => {
        assert.equal(
            says("tests", statement("tests"), { source: { reason: "there is no Git" } }),
            "e.json proves nothing: it can't be held against a commit: there is no Git",
        );
    });

    it("asks for a signature where a policy does, of the kinds that it names", () => {
        const trust = trustAsking(["verify"]);
        assert.equal(
            says("verify", verify, { trust }),
            "e.json proves nothing: it is not signed, which evidence of the kind verify has to be",
        );
        assert.equal(says("tests", statement("tests"), { trust }), "passed");
    });

    it("asks for a signature of what was seen on the stack's own cluster, where a policy does, and of no rehearsal", () => {
        const trust = trustAsking(["live"]);
        const unsigned = "it is not signed, which what is seen on the stack's own cluster has to be";
        for (const kind of STATEMENT_KINDS) {
            const wanted = kindRules(kind).ofCluster ? `e.json proves nothing: ${unsigned}` : "passed";
            assert.equal(says(kind, statement(kind), { trust }), wanted, kind);
        }
        const tried = { ...verify, predicate: { ...predicate, cluster: { ...CLUSTER, rehearsal: true } } };
        assert.match(says("verify", tried, { trust }), /^passed in a rehearsal on .* not known to be the stack's own$/);
    });

    it("is of no kind that nobody knows", () => {
        assert.match(
            says("verify", { ...verify, predicateType: "https://in-toto.io/attestation/test-result/v0.1" }),
            /^e\.json: has a predicateType that is not known; known: https:\/\/x0tta6bl4\.io\/evidence\/tests\/v1, /,
        );
    });

    it("names every fault of what is no statement", () => {
        assert.deepEqual(says("verify", { _type: "x", subject: [], predicate: { at: "noon" } }).split("\n"), [
            'e.json: _type must be https://in-toto.io/Statement/v1, found "x"',
            "e.json: subject must be a list of at least 1, found an empty list",
            "e.json: predicateType is missing; it must be a text that is not empty",
            "e.json: predicate.tool is missing; it must be an object with name, version",
            'e.json: predicate.at must be a time by RFC 3339, found "noon"',
            "e.json: predicate.results is missing; it must be a list of at least 1",
        ]);
    });
});

describe("evidence that was tampered with", () => {
    /** Every place in a value where a text or a flag stands. */
    function places(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
        return typeof value === "object" && value !== null
            ? Object.entries(value).flatMap(([key, item]) =>
                  places(item, [...path, Array.isArray(value) ? Number(key) : key]),
              )
            : [path];
    }

    function changed(value: unknown, [first, ...rest]: readonly (string | number)[], to: unknown): unknown {
        if (first === undefined) {
            return to;
        }
        const inner = (key: string, item: unknown): unknown => (key === String(first) ? changed(item, rest, to) : item);
        if (Array.isArray(value)) {
            return value.map((item: unknown, index) => inner(String(index), item));
        }
        const entries = Object.entries(value as object).map(([key, item]) => [key, inner(key, item)] as const);
        return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
    }

    /** What no edit can make false: who ran, what the cluster is called, a remark, and a time that is as good. */
    const HARMLESS = /^predicate\.(?:tool\.|cluster\.name|results\.0\.detail|at$)/;

    it("proves nothing, whatever place of what binds it is edited, to whatever", () => {
        const kind = fc.constantFrom(...STATEMENT_KINDS);
        const to = fc.oneof(
            fc.constant(undefined),
            fc.string(),
            fc.constantFrom(
                "9".repeat(40),
                "9".repeat(64),
                "stack/staging",
                "failed",
                "unknown",
                "2027-01-01T00:00:00Z",
            ),
            fc.boolean(),
            fc.integer(),
        );
        fc.assert(
            fc.property(kind, fc.nat(), to, (which, place, value) => {
                const whole = statement(which);
                const all = places(whole).filter((path) => !HARMLESS.test(path.join(".")));
                const path = all[place % all.length] ?? [];
                const edited = changed(whole, path, value);
                fc.pre(JSON.stringify(edited) !== JSON.stringify(whole));
                assert.notEqual(says(which, edited), "passed", path.join("."));
            }),
            { numRuns: 600 },
        );
    });

    it("proves nothing under the name of another kind", () => {
        for (const from of STATEMENT_KINDS) {
            for (const to of STATEMENT_KINDS.filter((kind) => kind !== from)) {
                assert.notEqual(says(to, statement(from)), "passed", `${from} as ${to}`);
            }
        }
    });

    it("does not hide what was seen later by what was seen before", () => {
        const at = (time: string, outcome: "passed" | "failed") => {
            const whole = statement("verify");
            const predicate = { ...whole.predicate, at: time, results: [{ name: "it", outcome }] };
            return admit(readStatement({ ...whole, predicate }, "e"), undefined, AROUND);
        };
        const time = fc
            .integer({ min: 0, max: 7 * 86_400 })
            .map((seconds) => new Date(NOW.getTime() - seconds * 1000).toISOString());
        const runs = fc.uniqueArray(fc.tuple(time, fc.constantFrom("passed" as const, "failed" as const)), {
            selector: ([when]) => when,
            minLength: 1,
            maxLength: 6,
        });
        fc.assert(
            fc.property(runs, (all) => {
                const files = all.map(([when, outcome], index) => ({
                    ...{ file: `${index}.json`, sha256: "" },
                    ...at(when, outcome),
                }));
                const seen = new Observations(files, NOW).of("verify", "it", { maxAge: 8 * DAY_MS, live: true });
                const [, last] = all.toSorted(([a], [b]) => a.localeCompare(b)).at(-1) ?? [];
                assert.equal(seen.kind === "seen" ? seen.observation.outcome : "", last);
            }),
        );
    });

    it("does not pass a test that failed once at this commit, however old the failure is", () => {
        const run = (file: string, at: string, outcome: "passed" | "failed") => {
            const whole = statement("tests");
            const predicate = { ...whole.predicate, at, results: [{ name: "it", outcome }] };
            return { file, sha256: "", ...admit(readStatement({ ...whole, predicate }, file), undefined, AROUND) };
        };
        const runs = [run("a", "2026-11-01T00:00:00Z", "failed"), run("b", "2026-11-22T00:00:00Z", "passed")];
        const seen = new Observations(runs, NOW).of("tests", "it", { maxAge: DAY_MS, live: false });
        assert.equal(seen.kind === "seen" && seen.observation.outcome, "failed");
    });

    it("does not outweigh the stack's own cluster by a rehearsal", () => {
        const on = (file: string, at: string, rehearsal: boolean, outcome: "passed" | "failed") => {
            const whole = statement("verify");
            const cluster = { ...CLUSTER, rehearsal };
            const predicate = { ...whole.predicate, at, cluster, results: [{ name: "it", outcome }] };
            return { file, sha256: "", ...admit(readStatement({ ...whole, predicate }, file), undefined, AROUND) };
        };
        const both = [
            on("own", "2026-11-20T00:00:00Z", false, "failed"),
            on("tried", "2026-11-22T00:00:00Z", true, "passed"),
        ];
        for (const files of [both, both.toReversed()]) {
            const seen = new Observations(files, NOW).of("verify", "it", { maxAge: 8 * DAY_MS, live: false });
            assert.equal(seen.kind === "seen" && seen.observation.file, "own");
        }
    });
});
