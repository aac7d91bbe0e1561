import { createHash } from "node:crypto";

import type { CryptoAsset } from "./crypto";

/** CycloneDX names of what an asset is, and of the primitive behind it. */
const PRIMITIVE = { "key-agreement": "kem", signature: "signature" } as const;

/**
 * A cryptographic bill of materials, CycloneDX 1.6: https://cyclonedx.org/docs/1.6/json/
 * The serial number is derived from the content, so that the same stack gives the same document.
 */
export function cbom(stack: string, assets: readonly CryptoAsset[]): object {
    const hash = createHash("sha256")
        .update(JSON.stringify([stack, assets]))
        .digest("hex");
    const uuid = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
    return {
        $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bomFormat: "CycloneDX",
        specVersion: "1.6",
        serialNumber: `urn:uuid:${uuid}`,
        version: 1,
        metadata: { component: { type: "application", name: `stack ${stack}`, "bom-ref": `stack-${stack}` } },
        components: assets.map((asset, index) => ({
            type: "cryptographic-asset",
            "bom-ref": `${asset.name}-${index}`,
            name: asset.name,
            description: asset.from,
            cryptoProperties: cryptoProperties(asset),
            properties: [
                { name: "hardening:algorithm", value: asset.algorithm },
                { name: "hardening:post-quantum", value: String(asset.nistQuantumSecurityLevel > 0) },
                ...(asset.lifetime === undefined ? [] : [{ name: "hardening:lifetime", value: asset.lifetime }]),
                ...(asset.migrateBy === undefined ? [] : [{ name: "hardening:migrate-by", value: asset.migrateBy }]),
            ],
        })),
    };
}

function cryptoProperties({ kind, algorithm, nistQuantumSecurityLevel }: CryptoAsset): object {
    switch (kind) {
        case "certificate":
            return { assetType: "certificate", certificateProperties: { certificateFormat: "X.509" } };
        case "protocol":
            return {
                assetType: "protocol",
                protocolProperties: {
                    type: "tls",
                    ...(algorithm.startsWith("TLSv") && { version: algorithm.slice("TLSv".length) }),
                },
            };
        case "key-agreement":
        case "signature":
            return {
                assetType: "algorithm",
                algorithmProperties: {
                    primitive: PRIMITIVE[kind],
                    parameterSetIdentifier: algorithm,
                    nistQuantumSecurityLevel,
                },
            };
    }
}
