import assert from "node:assert/strict";
import type { KeyPairKeyObjectResult } from "node:crypto";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { bundleToJSON } from "@sigstore/bundle";
import { MessageSignatureBundleBuilder } from "@sigstore/sign";

import {
    attestationFile,
    attestationSignatures,
    judgeAttestation,
    signatureFile,
} from "../../../hardening/compliance/content/attestations";
import { filesBelow } from "../../../hardening/compliance/evidence";
import { readTrust } from "../../../hardening/evidence/trust";
import { byKey } from "../../../scripts/evidence-signing";
import { faultOf, NOW } from "../../support/evidence";
import { withFiles } from "../../support/files";

const NAME = "soc-2";
const TEXT = "statement: It is so.\nby: { name: A. Person, role: auditor }\nat: 2026-11-01\nuntil: 2027-10-01\n";
const FILE = attestationFile(NAME);

describe("a signed attestation", () => {
    const [own, other] = ["P-256", "P-384"].map((namedCurve) => generateKeyPairSync("ec", { namedCurve })) as [
        KeyPairKeyObjectResult,
        KeyPairKeyObjectResult,
    ];
    const pem = ({ publicKey }: KeyPairKeyObjectResult): string =>
        publicKey.export({ type: "spki", format: "pem" }).toString();
    const files = {
        [FILE]: TEXT,
        "own.pem": pem(own),
        "other.pem": pem(other),
        "people.yaml":
            "people: [{name: B. Other, file: other.pem}, {name: A. Person, file: own.pem}]\nrequired: [attestations]",
        "other.yaml": "people: [{name: B. Other, file: other.pem}]",
        "ci.yaml": "keys: [{name: A. Person, file: own.pem}]\nrequired: [attestations]",
    };

    /** Signs the attestation as `cosign sign-blob --key --bundle` does. */
    async function sign(
        folder: string,
        { privateKey }: KeyPairKeyObjectResult,
        data = Buffer.from(TEXT),
    ): Promise<void> {
        const signing = byKey(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
        const bundle = await new MessageSignatureBundleBuilder(signing).create({ data });
        writeFileSync(join(folder, signatureFile(NAME)), JSON.stringify(bundleToJSON(bundle)));
    }

    async function judged(folder: string, policy: string | undefined): Promise<string> {
        const trust = policy === undefined ? undefined : readTrust(join(folder, policy));
        const read = filesBelow(folder);
        const signature = (await attestationSignatures([NAME], read, trust)).get(NAME) ?? {};
        const required = trust?.required.has("attestations") ?? false;
        const { state, detail } = judgeAttestation(NAME, read(FILE), { stack: "s", now: NOW, signature, required });
        return `${state}: ${detail}`;
    }

    const SIGNATURE = `missing: the signature ${signatureFile(NAME)}`;

    it("counts where who attests it has signed it, and says so", async () => {
        await withFiles(files, async (folder) => {
            assert.equal(
                await judged(folder, "people.yaml"),
                `missing: ${FILE} is not signed, which attestations have to be (${signatureFile(NAME)})`,
            );
            assert.equal(await judged(folder, undefined), "proven: A. Person, auditor attests it until 2027-10-01");
            await sign(folder, own);
            assert.equal(
                await judged(folder, "people.yaml"),
                "proven: A. Person, auditor attests it until 2027-10-01, and has signed it",
            );
        });
    });

    it("counts for nothing by anybody else, whatever they are called and whatever else they are trusted with", async () => {
        await withFiles(files, async (folder) => {
            await sign(folder, other);
            assert.equal(
                await judged(folder, "people.yaml"),
                `missing: ${FILE} is A. Person's word, and signed by B. Other`,
            );
            await sign(folder, own);
            const stranger = "is signed by no key that is trusted, or was changed since";
            assert.equal(await judged(folder, "other.yaml"), `${SIGNATURE} ${stranger}`);
            const unknown = "can't be told whose it is: no policy names people (--trust)";
            assert.equal(await judged(folder, "ci.yaml"), `${SIGNATURE} ${unknown}`);
            assert.equal(await judged(folder, undefined), `${SIGNATURE} ${unknown}`);
        });
    });

    it("counts for nothing once it, or its signature, is another", async () => {
        await withFiles(files, async (folder) => {
            await sign(folder, own);
            writeFileSync(join(folder, FILE), TEXT.replace("2027-10-01", "2027-11-01"));
            const changed = "is signed by no key that is trusted, or was changed since";
            assert.equal(await judged(folder, "people.yaml"), `${SIGNATURE} ${changed}`);
            writeFileSync(join(folder, FILE), TEXT);
            await sign(folder, own, Buffer.from(`${TEXT} `));
            assert.equal(await judged(folder, "people.yaml"), `${SIGNATURE} ${changed}`);
            for (const [bundle, reason] of [
                ["{", "is no JSON"],
                ["{}", "is no bundle of Sigstore's"],
                [
                    JSON.stringify({
                        mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
                        verificationMaterial: { publicKey: { hint: "" }, tlogEntries: [] },
                        dsseEnvelope: { payload: "e30=", payloadType: "a", signatures: [{ keyid: "", sig: "e30=" }] },
                    }),
                    "is no signature of a file: it holds a statement of its own",
                ],
            ] as const) {
                writeFileSync(join(folder, signatureFile(NAME)), bundle);
                assert.equal(await judged(folder, "people.yaml"), `${SIGNATURE} ${reason}`);
            }
            assert.equal(readFileSync(join(folder, FILE), "utf8"), TEXT);
        });
    });

    it("is asked for of people that a policy names by a key or by an identity, not by both or neither", async () => {
        const policies = {
            "a.yaml": "people: [{name: A}, {name: B, file: b.pem, issuer: i, subject: s}]",
            "b.yaml": "people: [{name: A, issuer: i, subject: s}]",
        };
        await withFiles(policies, (folder) => {
            const faults = (name: string): readonly string[] =>
                faultOf(() => readTrust(join(folder, name))).map((fault) => fault.replaceAll(`${folder}/`, ""));
            const either = "must have either a file with a public key, or an issuer and a subject";
            assert.deepEqual(faults("a.yaml"), [`a.yaml: people[0] ${either}`, `a.yaml: people[1] ${either}`]);
            assert.deepEqual(faults("b.yaml"), [
                "b.yaml: must name a trustedRoot beside identities, workflows and people by subject",
            ]);
        });
    });
});
