import type { Body } from "../../policies/kubernetes/kube";
import { list, obj, str } from "../../policies/kubernetes/kube";
import type { Resource } from "../../policies/kubernetes/resource";
import { show } from "../../policies/text";

/** A cryptographic asset that the configuration of a stack implies. */
export interface CryptoAsset {
    /** Stable within a stack. */
    readonly name: string;
    readonly kind: "certificate" | "key-agreement" | "signature" | "protocol";
    /** E.g. `ECDSA-P256`, `X25519MLKEM768`, `TLSv1.3`. */
    readonly algorithm: string;
    /** Security against a quantum computer, as NIST's categories 1 to 5; 0 is none. */
    readonly nistQuantumSecurityLevel: number;
    /** Where the configuration says so: object and path. */
    readonly from: string;
    /** Longest life of a key or certificate, as configured. */
    readonly lifetime?: string;
    /** Date by which a classical asset has to be replaced, `YYYY-MM-DD`. */
    readonly migrateBy?: string;
}

/**
 * Dates by which classical algorithms have to be gone: NIST IR 8547 (initial public draft) disallows 112-bit RSA and ECC
 * after 2030 and all classical public-key algorithms after 2035.
 */
const MIGRATE_BY: Readonly<Record<string, string>> = {
    "RSA-2048": "2030-12-31",
    "RSA-4096": "2035-12-31",
    "ECDSA-P256": "2035-12-31",
    "ECDSA-P384": "2035-12-31",
};

const KEY_TYPES: Readonly<Record<string, string>> = {
    "rsa-2048": "RSA-2048",
    "rsa-4096": "RSA-4096",
    "ec-p256": "ECDSA-P256",
    "ec-p384": "ECDSA-P384",
};

/** Every certificate, key type, protocol floor and key agreement that the stack's SPIRE and TLS settings imply. */
export function cryptoAssets(resources: readonly Resource[]): readonly CryptoAsset[] {
    return resources.flatMap(({ type, props }) => {
        const metadata = obj(props["metadata"]);
        const place = `${str(props["kind"])} ${str(metadata["namespace"])}/${str(metadata["name"])}`;
        if (type === "kubernetes:core/v1:ConfigMap") {
            const data = obj(props["data"]);
            return [
                ...serverAssets(jsonOf(data["server.conf"]), `${place} server.conf`),
                ...agentAssets(jsonOf(data["agent.conf"]), `${place} agent.conf`),
            ];
        }
        return type.endsWith(":Certificate") ? certificateAssets(obj(props["spec"]), place, str(metadata["name"])) : [];
    });
}

function jsonOf(text: unknown): Body | undefined {
    if (typeof text !== "string") {
        return undefined;
    }
    try {
        return obj(JSON.parse(text));
    } catch {
        // HCL is judged by the controls over SPIRE's configuration; an inventory of it would be a guess.
        return undefined;
    }
}

/** The asset with what follows from its algorithm. */
function asset(fields: Omit<CryptoAsset, "nistQuantumSecurityLevel" | "migrateBy">): CryptoAsset {
    const migrateBy = MIGRATE_BY[fields.algorithm];
    return {
        ...fields,
        nistQuantumSecurityLevel: fields.algorithm.includes("MLKEM") || fields.algorithm.startsWith("ML-DSA") ? 3 : 0,
        ...(migrateBy !== undefined && { migrateBy }),
    };
}

function serverAssets(config: Body | undefined, from: string): readonly CryptoAsset[] {
    const server = obj(config?.["server"]);
    if (config === undefined || str(server["trust_domain"]) === "") {
        return [];
    }
    const caKey = KEY_TYPES[str(server["ca_key_type"]) || "ec-p256"] ?? str(server["ca_key_type"]);
    const jwtKey = KEY_TYPES[str(server["jwt_key_type"])] ?? caKey;
    return [
        asset({
            name: "spire-x509-authority",
            kind: "certificate",
            algorithm: caKey,
            from: `${from}: server.ca_key_type`,
            lifetime: str(server["ca_ttl"]) || "24h",
        }),
        asset({
            name: "spire-jwt-authority",
            kind: "signature",
            algorithm: jwtKey,
            from: `${from}: server.jwt_key_type`,
        }),
        asset({
            name: "workload-x509-svid",
            kind: "certificate",
            algorithm: "ECDSA-P256",
            from: `${from}: server.default_x509_svid_ttl`,
            lifetime: str(server["default_x509_svid_ttl"]) || "1h",
        }),
        ...databaseAssets(config, from),
    ];
}

function databaseAssets(config: Body, from: string): readonly CryptoAsset[] {
    const stores = list(obj(config["plugins"])["DataStore"]).map((store) => obj(obj(obj(store)["sql"])["plugin_data"]));
    const external = stores.find(
        (store) => str(store["database_type"]) !== "sqlite3" && str(store["database_type"]) !== "",
    );
    return external === undefined
        ? []
        : [
              asset({
                  name: "spire-database-connection",
                  kind: "protocol",
                  algorithm: "TLS",
                  from: `${from}: plugins.DataStore.sql`,
              }),
          ];
}

function agentAssets(config: Body | undefined, from: string): readonly CryptoAsset[] {
    const agent = obj(config?.["agent"]);
    if (config === undefined || str(agent["trust_domain"]) === "") {
        return [];
    }
    const required = obj(agent["experimental"])["require_pq_kem"] === true;
    return [
        asset({ name: "spire-agent-connection", kind: "protocol", algorithm: "TLSv1.3", from: `${from}: agent` }),
        asset({
            name: required ? "spire-agent-key-agreement" : "spire-agent-key-agreement-preferred",
            kind: "key-agreement",
            algorithm: "X25519MLKEM768",
            from: `${from}: agent.experimental.require_pq_kem`,
        }),
    ];
}

function certificateAssets(spec: Body, from: string, name: string): readonly CryptoAsset[] {
    const key = obj(spec["privateKey"]);
    const kind = str(key["algorithm"]) || "RSA";
    const algorithm = `${kind}-${kind === "ECDSA" ? "P" : ""}${show(key["size"] ?? 2048)}`;
    const lifetime = str(spec["duration"]);
    return [
        asset({
            name: `certificate-${name}`,
            kind: "certificate",
            algorithm,
            from: `${from}: spec.privateKey`,
            ...(lifetime !== "" && { lifetime }),
        }),
    ];
}
