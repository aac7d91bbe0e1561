import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { bundleToJSON } from "@sigstore/bundle";
import type { Signer, Witness } from "@sigstore/sign";
import { CIContextProvider, DSSEBundleBuilder, FulcioSigner, RekorWitness } from "@sigstore/sign";

import { isSigned, PAYLOAD_TYPE } from "../hardening/evidence/signature";
import { jsonContent } from "../policies/engine/input";

/** Who signs, and which logs speak for it. */
export interface Signing {
    readonly signer: Signer;
    readonly witnesses: Witness[];
}

/** Signs with a private key in PEM, without a passphrase. */
export function byKey(pem: string): Signing {
    const key = createPrivateKey(pem);
    const publicKey = createPublicKey(pem).export({ type: "spki", format: "pem" }).toString();
    const signer: Signer = {
        sign: (data) =>
            Promise.resolve({ signature: sign(digestOf(key), data, key), key: { $case: "publicKey", publicKey } }),
    };
    return { signer, witnesses: [] };
}

/** Ed25519 has its own digest, and RSA and ECDSA are verified with SHA-256. */
function digestOf({ asymmetricKeyType }: KeyObject): string | null {
    return asymmetricKeyType === "ed25519" ? null : "sha256";
}

/** Where Sigstore's services are; its public ones where nothing else is said. */
export interface Services {
    readonly fulcio?: string;
    readonly rekor?: string;
}

/** Signs with the identity of the workflow that this runs in, by a certificate of minutes that a public log keeps. */
export function byWorkflow({ fulcio, rekor }: Services = {}): Signing {
    return {
        signer: new FulcioSigner({
            identityProvider: new CIContextProvider("sigstore"),
            ...(fulcio !== undefined && { fulcioBaseURL: fulcio }),
        }),
        witnesses: [new RekorWitness(rekor === undefined ? {} : { rekorBaseURL: rekor })],
    };
}

/**
 * Puts a bundle of Sigstore's in the place of each statement of a folder that is not signed yet.
 *
 * @returns the names of the files that were signed
 * @throws InputError naming a file that is no JSON
 */
export async function signFolder(folder: string, { signer, witnesses }: Signing): Promise<readonly string[]> {
    const builder = new DSSEBundleBuilder({ signer, witnesses });
    const signed: string[] = [];
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
        const data = readFileSync(join(folder, file));
        if (!isSigned(jsonContent(data.toString("utf8"), join(folder, file)))) {
            const bundle = await builder.create({ data, type: PAYLOAD_TYPE });
            writeFileSync(join(folder, file), `${JSON.stringify(bundleToJSON(bundle))}\n`);
            signed.push(file);
        }
    }
    return signed;
}
