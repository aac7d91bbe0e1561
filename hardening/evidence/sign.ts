import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { jsonContent } from "../../policies/engine/input";
import { UsageError } from "../io";
import { readText } from "../sources/files";
import { isSigned, PAYLOAD_TYPE } from "./signature";

/**
 * Reads a private key in PEM, without a passphrase.
 *
 * @throws UsageError where the file holds none; what is in it is never shown
 */
export function readSigningKey(file: string, option: string): KeyObject {
    try {
        return createPrivateKey(readText(file, option));
    } catch (error) {
        throw error instanceof UsageError ? error : new UsageError([`${option} ${file}: is no private key in PEM`]);
    }
}

/** What is signed of a payload: https://github.com/secure-systems-lab/dsse/blob/master/protocol.md */
function encoded(payload: Buffer): Buffer {
    const head = `DSSEv1 ${Buffer.byteLength(PAYLOAD_TYPE)} ${PAYLOAD_TYPE} ${payload.length} `;
    return Buffer.concat([Buffer.from(head), payload]);
}

/** A statement in a DSSE envelope. Ed25519 has its own digest; RSA and ECDSA are verified with SHA-256. */
function enveloped(payload: Buffer, key: KeyObject): object {
    const digest = key.asymmetricKeyType === "ed25519" ? null : "sha256";
    const signature = sign(digest, encoded(payload), key);
    return {
        payload: payload.toString("base64"),
        payloadType: PAYLOAD_TYPE,
        signatures: [{ keyid: "", sig: signature.toString("base64") }],
    };
}

/** Puts an envelope in the place of each statement of a folder that is not signed yet. */
export function signStatements(folder: string, key: KeyObject): void {
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
        const path = join(folder, file);
        const payload = readFileSync(path);
        if (!isSigned(jsonContent(payload.toString("utf8"), path))) {
            writeFileSync(path, `${JSON.stringify(enveloped(payload, key))}\n`);
        }
    }
}
