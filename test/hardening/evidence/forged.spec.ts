import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Surroundings } from "../../../hardening/evidence/admission";
import { readEvidence } from "../../../hardening/evidence/folder";
import type { StatementKind } from "../../../hardening/evidence/kinds";
import { kindRules, predicateType } from "../../../hardening/evidence/kinds";
import { Observations } from "../../../hardening/evidence/observations";
import { PAYLOAD_TYPE } from "../../../hardening/evidence/signature";
import type { Trust } from "../../../hardening/evidence/trust";
import { NOW, trustAsking } from "../../support/evidence";
import { withFiles } from "../../support/files";

const COMMIT = "1".repeat(40);
const TREE = "2".repeat(40);
const DIGEST = "3".repeat(64);
const OWN = "6f1c0d7e-0000-4000-8000-000000000001";
const DAY_MS = 86_400_000;
const AT = "2026-11-22T10:00:00Z";
const PASSED = { name: "it", outcome: "passed" };
const SOURCE = { name: "source", digest: { gitCommit: COMMIT, gitTree: TREE } };
const STACK = { name: "stack/production", digest: { sha256: DIGEST } };
const CLUSTER = { name: "prod", identity: OWN, rehearsal: false };
const PREDICATE = { tool: { name: "t", version: "1" }, at: AT, results: [PASSED] };

/** A statement that holds, as somebody who forges one would begin; `over` is put over its predicate, or over the whole. */
function genuine(kind: StatementKind = "tests", predicate: object = {}, whole: object = {}): object {
    const { ofStack, ofCluster } = kindRules(kind);
    return {
        _type: "https://in-toto.io/Statement/v1",
        subject: [SOURCE, ...(ofStack ? [STACK] : [])],
        predicateType: predicateType(kind),
        predicate: { ...PREDICATE, ...(ofCluster && { cluster: CLUSTER }), ...predicate },
        ...whole,
    };
}

const json = (value: unknown): string => JSON.stringify(value);
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const stranger = generateKeyPairSync("ed25519").privateKey;

/** What DSSE has signed of a payload: https://github.com/secure-systems-lab/dsse/blob/master/protocol.md */
function signature(payload: string, key = privateKey, type = PAYLOAD_TYPE): string {
    const text = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${Buffer.byteLength(payload)} ${payload}`;
    return sign(null, Buffer.from(text), key).toString("base64");
}

function envelope(payload: string, over: object = {}, sig = signature(payload)): object {
    const encoded = Buffer.from(payload).toString("base64");
    return { payload: encoded, payloadType: PAYLOAD_TYPE, signatures: [{ keyid: "", sig }], ...over };
}

const signed = (value: unknown): string => json(envelope(json(value)));

const TRUSTED = trustAsking(["tests", "scans", "verify", "audit", "jobs"], { keys: [{ name: "ci", key: publicKey }] });

interface Forgery {
    readonly what: string;
    /** What the folder holds. */
    readonly files: Readonly<Record<string, string>> | ((folder: string) => void);
    readonly kind?: StatementKind;
    /** What is said of it: why the file counts for nothing, or why `it` is not proved. */
    readonly reason: RegExp;
    readonly trust?: Trust;
    readonly around?: Partial<Surroundings>;
}

const one = (what: string, content: unknown, reason: RegExp, more: Partial<Forgery> = {}): Forgery => ({
    ...{ what, files: { "a.json": typeof content === "string" ? content : json(content) }, reason, ...more },
});

const verifies = (what: string, content: unknown, reason: RegExp): Forgery =>
    one(what, content, reason, { kind: "verify" });

const subjects = (subject: unknown, kind: StatementKind = "tests"): object => genuine(kind, {}, { subject });
const digest = (over: object): object => subjects([{ name: "source", digest: over }]);

const FORGERIES: readonly Forgery[] = [
    // Another commit, tree, stack or cluster.
    one("another commit", digest({ gitCommit: "9".repeat(40), gitTree: TREE }), /about the commit 999999999999/),
    one(
        "a commit that begins alike",
        digest({ gitCommit: `${COMMIT.slice(0, 39)}2`, gitTree: TREE }),
        /about the commit/,
    ),
    one("another tree", digest({ gitCommit: COMMIT, gitTree: "9".repeat(40) }), /about other files/),
    one("no tree", digest({ gitCommit: COMMIT }), /about other files/),
    one("commit and tree in each other's place", digest({ gitCommit: TREE, gitTree: COMMIT }), /about the commit/),
    one("the commit as sha1", digest({ sha1: COMMIT, gitTree: TREE }), /about the commit none/),
    one("the commit as sha256", digest({ sha256: DIGEST, gitTree: TREE }), /about the commit none/),
    one("a short commit", digest({ gitCommit: COMMIT.slice(0, 12), gitTree: TREE }), /digest in hexadecimal/),
    one("a commit in capitals", digest({ gitCommit: "A".repeat(40), gitTree: TREE }), /digest in hexadecimal/),
    one("a commit with a line behind it", digest({ gitCommit: `${COMMIT}\n`, gitTree: TREE }), /digest in hexadecimal/),
    one(
        "a commit that a prototype has",
        `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"source","digest":{"__proto__":{"gitCommit":"${COMMIT}","gitTree":"${TREE}"}}}],"predicateType":"${predicateType("tests")}","predicate":${json(PREDICATE)}}`,
        /digest/,
    ),
    one("no subject", subjects([]), /a list of at least 1/),
    one("two sources", subjects([SOURCE, SOURCE]), /about one source/),
    one(
        "a source among two that differ",
        subjects([{ ...SOURCE, digest: { gitCommit: "9".repeat(40), gitTree: TREE } }, SOURCE]),
        /about one source/,
    ),
    one("a source by another name", subjects([{ ...SOURCE, name: "Source" }]), /about one source/),
    one("a test of another stack", subjects([SOURCE, { ...STACK, name: "stack/staging" }]), /about stack staging/),
    one(
        "a test on another cluster",
        genuine("tests", { cluster: { ...CLUSTER, identity: "x" } }),
        /was seen on cluster prod \(x\)/,
    ),
    verifies(
        "the stack's digest as sha512",
        subjects([SOURCE, { ...STACK, digest: { sha512: DIGEST } }], "verify"),
        /as it was \(none\)/,
    ),
    verifies(
        "the stack's digest in capitals",
        subjects([SOURCE, { ...STACK, digest: { sha256: "AB".repeat(32) } }], "verify"),
        /digest in hexadecimal/,
    ),
    verifies("two stacks of one name", subjects([SOURCE, STACK, STACK], "verify"), /about one stack/),
    verifies(
        "another stack",
        subjects([SOURCE, { ...STACK, name: "stack/production2" }], "verify"),
        /about stack production2/,
    ),
    verifies(
        "a stack as it was",
        subjects([SOURCE, { ...STACK, digest: { sha256: "4".repeat(64) } }], "verify"),
        /as it was/,
    ),
    verifies("no cluster", genuine("verify", { cluster: undefined }), /does not say on which cluster/),
    verifies(
        "another cluster of the same name",
        genuine("verify", { cluster: { ...CLUSTER, identity: OWN.toUpperCase() } }),
        /not on the stack's own/,
    ),
    verifies(
        "a rehearsal",
        genuine("verify", { cluster: { ...CLUSTER, rehearsal: true } }),
        /a rehearsal on .* not known to be the stack's own/,
    ),
    verifies(
        "a rehearsal by a word",
        genuine("verify", { cluster: { ...CLUSTER, rehearsal: "false" } }),
        /must be true or false/,
    ),
    // Another time.
    one("a run of long ago", genuine("tests", { at: "2026-10-01T00:00:00Z" }), /more than 8 days ago/),
    one("a run to come", genuine("tests", { at: "2026-11-22T12:05:01Z" }), /yet to come/),
    one("a run to come by its zone", genuine("tests", { at: "2026-11-22T12:00:00-01:00" }), /yet to come/),
    one("a day that there is not", genuine("tests", { at: "2026-02-30T12:00:00Z" }), /is a time that there is not/),
    one("a time as a number", genuine("tests", { at: 1795262460000 }), /must be a time by RFC 3339/),
    one("no time", genuine("tests", { at: undefined }), /predicate\.at is missing/),
    // Other results.
    one("no result", genuine("tests", { results: [] }), /predicate\.results must be a list of at least 1/),
    one(
        "results of another suite",
        genuine("tests", { results: [{ ...PASSED, name: "another: it" }] }),
        /not among the results/,
    ),
    one(
        "a result by a name that looks alike",
        genuine("tests", { results: [{ ...PASSED, name: "it " }] }),
        /not among the results/,
    ),
    one(
        "an outcome that there is not",
        genuine("tests", { results: [{ ...PASSED, outcome: "skipped" }] }),
        /must be one of passed, failed, unknown/,
    ),
    one(
        "a test that was left to do",
        genuine("tests", { results: [{ ...PASSED, outcome: "todo" }] }),
        /must be one of/,
    ),
    one("an outcome in capitals", genuine("tests", { results: [{ ...PASSED, outcome: "PASSED" }] }), /must be one of/),
    one(
        "a failure behind a success",
        genuine("tests", { results: [PASSED, { ...PASSED, outcome: "failed" }] }),
        /^failed$/,
    ),
    one(
        "a failure before a success",
        genuine("tests", { results: [{ ...PASSED, outcome: "failed" }, PASSED] }),
        /^failed$/,
    ),
    one(
        "what could not be told beside a success",
        genuine("tests", { results: [{ ...PASSED, outcome: "unknown" }, PASSED] }),
        /^unknown$/,
    ),
    {
        what: "a later success over a failure of the same commit",
        files: {
            "a.json": json(
                genuine("tests", { at: "2026-11-01T00:00:00Z", results: [{ ...PASSED, outcome: "failed" }] }),
            ),
            "b.json": json(genuine()),
        },
        reason: /^failed$/,
    },
    one("results in a map", genuine("tests", { results: { 0: PASSED } }), /predicate\.results must be a list/),
    one("checks as tests", genuine("verify"), /no results of this kind/),
    one("tests as checks", genuine("tests"), /no results of this kind/, { kind: "verify" }),
    // Other forms.
    one(
        "a predicate of SLSA",
        genuine("tests", {}, { predicateType: "https://slsa.dev/provenance/v1" }),
        /predicateType that is not known/,
    ),
    one(
        "a predicate of in-toto's tests",
        genuine("tests", {}, { predicateType: "https://in-toto.io/attestation/test-result/v0.1" }),
        /predicateType that is not known/,
    ),
    one(
        "a predicate type with a slash more",
        genuine("tests", {}, { predicateType: `${predicateType("tests")}/` }),
        /predicateType that is not known/,
    ),
    one(
        "a predicate type of the next version",
        genuine("tests", {}, { predicateType: predicateType("tests").replace("v1", "v2") }),
        /predicateType that is not known/,
    ),
    one(
        "a statement of the former version",
        genuine("tests", {}, { _type: "https://in-toto.io/Statement/v0.1" }),
        /_type must be/,
    ),
    one("no statement but its predicate", PREDICATE, /is no statement: _type is missing/),
    one("several statements in one file", [genuine(), genuine()], /must be an object/),
    one("a statement a line", `${json(genuine())}\n${json(genuine())}`, /is not JSON/),
    one("a mark of bytes before it", `\uFEFF${json(genuine())}`, /is not JSON/),
    one(
        "an outcome that is said twice",
        json(genuine("tests", { results: [{ ...PASSED, outcome: "failed" }] })).replace(
            '"outcome":"failed"',
            '"outcome":"failed","outcome":"passed"',
        ),
        /duplicated mapping key "outcome"/,
    ),
    one(
        "a commit that is said twice",
        json(digest({ gitCommit: "9".repeat(40), gitTree: TREE })).replace(
            '"gitTree"',
            `"\\u0067itCommit":"${COMMIT}","gitTree"`,
        ),
        /duplicated mapping key "gitCommit"/,
    ),
    one(
        "subjects that are said twice",
        json(subjects([{ ...SOURCE, name: "other" }])).replace(
            '"predicateType"',
            `"subject":[${json(SOURCE)}],"predicateType"`,
        ),
        /duplicated mapping key "subject"/,
    ),
    one(
        "a depth that no run has",
        `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
        /is no statement: nests deeper/,
    ),
    one(
        "more faults than anybody reads",
        genuine("tests", { results: Array.from({ length: 200_000 }, () => 0) }),
        /; and [\d,]+ more faults$/,
    ),
    one(
        "more failures of one moment than a call can take",
        genuine("scans", { results: Array.from({ length: 200_000 }, () => ({ ...PASSED, outcome: "failed" })) }),
        /^failed$/,
        { kind: "scans" },
    ),
    {
        what: "a file that is no text",
        files: (folder) =>
            writeFileSync(
                join(folder, "a.json"),
                Buffer.concat([
                    Buffer.from(json(genuine()).slice(0, -1)),
                    Buffer.from([0x2c, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
                ]),
            ),
        reason: /is not UTF-8/,
    },
    {
        what: "a file without an end",
        files: (folder) => {
            writeFileSync(join(folder, "a.json"), json(genuine()));
            truncateSync(join(folder, "a.json"), 64 * 1024 * 1024 + 1);
        },
        reason: /is larger than 64 MiB/,
    },
    {
        what: "a link",
        files: (folder) => {
            writeFileSync(join(folder, "b.txt"), json(genuine()));
            symlinkSync("b.txt", join(folder, "a.json"));
        },
        reason: /is a link/,
    },
    {
        what: "a link to a folder",
        files: (folder) => {
            mkdirSync(join(folder, "b"));
            writeFileSync(join(folder, "b", "a.json"), json(genuine()));
            symlinkSync("b", join(folder, "c.json"));
        },
        reason: /is a link/,
    },
    {
        what: "a folder in the folder",
        files: (folder) => {
            mkdirSync(join(folder, "b"));
            writeFileSync(join(folder, "b", "a.json"), json(genuine()));
        },
        reason: /is a folder in the folder/,
    },
    // Other signatures.
    one("no signature where one is asked for", genuine(), /is not signed/, { trust: TRUSTED }),
    one(
        "a signature by a stranger",
        envelope(json(genuine()), {}, signature(json(genuine()), stranger)),
        /signed by no key that is trusted/,
        { trust: TRUSTED },
    ),
    one(
        "the right key's signature of another payload",
        envelope(json(genuine()), {}, signature(json(genuine("scans")))),
        /signed by no key/,
        { trust: TRUSTED },
    ),
    one(
        "the right key's signature of the payload in another order",
        envelope(json(genuine()), {}, signature(json(Object.fromEntries(Object.entries(genuine()).reverse())))),
        /signed by no key/,
        { trust: TRUSTED },
    ),
    one(
        "the right key's signature of another type",
        envelope(json(genuine()), {}, signature(json(genuine()), privateKey, "application/json")),
        /signed by no key/,
        { trust: TRUSTED },
    ),
    one(
        "a payload of another type",
        envelope(
            json(genuine()),
            { payloadType: "application/json" },
            signature(json(genuine()), privateKey, "application/json"),
        ),
        /its payload is not/,
        { trust: TRUSTED },
    ),
    one("an empty signature", envelope(json(genuine()), {}, ""), /neither|signed by no key/, { trust: TRUSTED }),
    one("no signature in the envelope", envelope(json(genuine()), { signatures: [] }), /is neither/, {
        trust: TRUSTED,
    }),
    one(
        "two signatures, one of them right",
        envelope(json(genuine()), {
            signatures: [
                { keyid: "", sig: signature(json(genuine()), stranger) },
                { keyid: "", sig: signature(json(genuine())) },
            ],
        }),
        /is neither/,
        { trust: TRUSTED },
    ),
    one(
        "a signed statement of another commit",
        signed(digest({ gitCommit: "9".repeat(40), gitTree: TREE })),
        /about the commit 999999999999/,
        { trust: TRUSTED },
    ),
    one(
        "a signed statement of long ago",
        signed(genuine("tests", { at: "2026-10-01T00:00:00Z" })),
        /more than 8 days ago/,
        { trust: TRUSTED },
    ),
    one(
        "a signed statement that says its outcome twice",
        json(envelope(json(genuine()).replace('"outcome"', '"outcome":"failed","outcome"'))),
        /duplicated mapping key/,
        { trust: TRUSTED },
    ),
    one(
        "a signature beside the statement",
        { ...genuine(), payloadType: PAYLOAD_TYPE, signatures: [{ keyid: "", sig: signature(json(genuine())) }] },
        /is not signed/,
        { trust: TRUSTED },
    ),
    one("an envelope around an envelope", signed(envelope(json(genuine()))), /is no statement/, { trust: TRUSTED }),
];

describe("forged evidence", () => {
    async function seen(folder: string, { kind = "tests", trust, around }: Partial<Forgery>): Promise<string> {
        const taken = await readEvidence([folder], {
            ...{ source: { commit: COMMIT, tree: TREE }, stack: "production", stackDigest: DIGEST, cluster: OWN },
            ...{ now: NOW, trust, ...around },
        });
        const observed = new Observations(taken, NOW).of(kind, "it", { maxAge: 8 * DAY_MS, live: true });
        if (observed.kind === "seen") {
            return observed.observation.outcome;
        }
        const refused = taken.flatMap((file) => file.refused ?? []);
        return refused.length > 0 ? refused.join("\n") : observed.reason;
    }

    it("begins with what holds", async () => {
        for (const kind of ["tests", "scans", "verify", "audit", "jobs"] as const) {
            await withFiles({ "a.json": json(genuine(kind)) }, async (folder) => {
                assert.equal(await seen(folder, { kind }), "passed");
            });
            await withFiles({ "a.json": signed(genuine(kind)) }, async (folder) => {
                assert.equal(await seen(folder, { kind, trust: TRUSTED }), "passed");
            });
        }
    });

    for (const forgery of FORGERIES) {
        it(`proves nothing by ${forgery.what}, and says why`, async () => {
            const { files, reason } = forgery;
            await withFiles(typeof files === "function" ? {} : files, async (folder) => {
                if (typeof files === "function") {
                    files(folder);
                }
                const said = await seen(folder, forgery);
                assert.notEqual(said, "passed");
                assert.match(said, reason);
            });
        });
    }
});
