import assert from "node:assert/strict";
import * as crypto from "node:crypto";

import { SpiffeError } from "../src/index.js";
import { parsePrivateKey } from "../src/keys.js";
import { readCertificate } from "../src/certificate.js";
import { decideAll, suiteTest, verdict } from "./support/suites.js";

interface LampsEntry {
    readonly name: string;
    readonly label: "private key" | "public key" | "certificate";
    readonly der_b64: string;
    readonly expect: string;
}

interface VerifyGroup {
    readonly publicKeyDer: string;
    readonly tests: readonly {
        tcId: number;
        comment: string;
        msg: string;
        sig: string;
        ctx?: string;
        result: string;
    }[];
}

interface KemGroup {
    readonly tests: readonly {
        tcId: number;
        comment?: string;
        seed: string;
        ek?: string;
        c: string;
        K: string;
        result: string;
    }[];
}

const hex = (text: string): Buffer => Buffer.from(text, "hex");

/** PrivateKeyInfo of an ML-KEM-768 key in its seed form (RFC 9935 section 6). */
function kemKeyFromSeed(seed: Buffer): Buffer {
    return Buffer.concat([hex("3054020100300b060960864801650304040204428040"), seed]);
}

describe("Post-quantum vectors", () => {
    suiteTest(
        "pqc/lamps.json",
        "takes the IETF example keys and refuses each bad one",
        ({ entries }: { entries: LampsEntry[] }) =>
            decideAll(
                entries,
                (entry) => entry.name,
                (entry) =>
                    verdict(() => {
                        const der = Buffer.from(entry.der_b64, "base64");
                        if (entry.label === "private key") {
                            assert.equal(
                                parsePrivateKey(der).asymmetricKeyType,
                                entry.name.replace(/^bad-/, "").split("-").slice(0, 3).join("-").toLowerCase(),
                            );
                        } else if (entry.label === "certificate") {
                            assert.ok(readCertificate(der).certificate.publicKey.asymmetricKeyType?.startsWith("ml-"));
                        } else {
                            assert.ok(crypto.createPublicKey({ key: der, format: "der", type: "spki" }));
                        }
                    }, SpiffeError),
            ),
    );

    suiteTest(
        "pqc/wycheproof/mldsa_65_verify_test.json",
        "decides every Wycheproof ML-DSA-65 signature rightly",
        ({ testGroups }: { testGroups: VerifyGroup[] }) =>
            decideAll(
                testGroups.flatMap((group) =>
                    group.tests.map((test) => ({
                        ...test,
                        key: group.publicKeyDer,
                        expect: test.result === "valid" ? "accept" : "reject",
                    })),
                ),
                (test) => `${test.tcId} ${test.comment}`,
                (test) => {
                    try {
                        const key = crypto.createPublicKey({ key: hex(test.key), format: "der", type: "spki" });
                        const input = { key, context: hex(test.ctx ?? "") };
                        return crypto.verify(null, hex(test.msg), input, hex(test.sig))
                            ? "accept"
                            : "reject: signature";
                    } catch (error) {
                        return `reject: ${String(error)}`;
                    }
                },
            ),
    );

    suiteTest(
        "pqc/wycheproof/mlkem_768_test.json",
        "decapsulates every Wycheproof ML-KEM-768 ciphertext rightly",
        ({ testGroups }: { testGroups: KemGroup[] }) =>
            decideAll(
                testGroups.flatMap((group) =>
                    group.tests.map((test) => ({ ...test, expect: test.result === "valid" ? "accept" : "reject" })),
                ),
                (test) => `${test.tcId} ${test.comment ?? ""}`,
                (test) => {
                    try {
                        const secret = crypto.decapsulate(parsePrivateKey(kemKeyFromSeed(hex(test.seed))), hex(test.c));
                        return secret.equals(hex(test.K)) ? "accept" : "reject: other secret";
                    } catch (error) {
                        return `reject: ${String(error)}`;
                    }
                },
            ),
    );
});
