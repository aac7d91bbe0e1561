import { SpiffeError, SpiffeId, TrustDomain } from "@x0tta6bl4/spiffe";

import type { DenyList } from "./execute/action.js";
import type { UploadOptions } from "./execute/upload.js";
import type { Source } from "./model.js";
import type { SenderAuthority } from "./monitor/senders.js";

/** How the responder runs; read from the environment once. */
export interface ResponderSettings {
    /** The Workload API, `unix:///…` or `tcp://IP:port`. */
    readonly workloadApi: string;
    readonly port: number;
    /** Health and metrics, in the clear; holds nothing secret. */
    readonly httpPort: number;
    readonly senders: Readonly<Record<Source, readonly SpiffeId[]>>;
    readonly senderAuthority?: SenderAuthority;
    readonly kem: "prefer" | "require";
    readonly policyFile: string;
    readonly namespace: string;
    readonly pod: string;
    /** Beside kube-system and the responder's own. */
    readonly protectedNamespaces: readonly string[];
    /** `host:port` of the SPIRE server, where the responder may administer it. */
    readonly spireServer?: string;
    readonly denyList: DenyList;
    /** The cluster's network engine, where the deployment has a policy of its that denies isolated pods everything. */
    readonly denyingEngine?: string;
    readonly evidence: {
        readonly directory: string;
        readonly limitBytes: number;
        /** Where each piece is kept beside the directory. */
        readonly store?: UploadOptions;
    };
    /** OTLP over HTTP; spans go nowhere without it. */
    readonly otlp?: URL;
    /** A kubeconfig; without one, the pod's service account. */
    readonly kubeconfig?: string;
    readonly queue: number;
}

/** The environment doesn't fit. The message lists every fault. */
export class SettingsError extends Error {
    constructor(faults: readonly string[]) {
        super(`The responder is misconfigured:\n  ${faults.join("\n  ")}`);
        this.name = "SettingsError";
    }
}

type Environment = Readonly<Record<string, string | undefined>>;

const IDS = "SPIFFE IDs with commas between them";
const PORT = "a whole number from 1 to 65535";

/**
 * Reads `SPIFFE_ENDPOINT_SOCKET` and the variables `RESPONDER_…`, which README.md lists.
 *
 * @throws {SettingsError} with all faults at once
 */
export function readSettings(env: Environment): ResponderSettings {
    const faults: string[] = [];
    /** What is read when a fault stands in for it is never used: the faults are thrown below. */
    const read = <T>(
        name: string,
        fallback: string,
        parse: (text: string) => T | undefined,
        allowed: string,
        none: T,
    ): T => {
        const text = env[name] ?? fallback;
        const value = parse(text);
        if (value === undefined) {
            faults.push(misfit(name, text, allowed));
        }
        return value ?? none;
    };
    const required = (name: string, what: string): string => read(name, "", (text) => text || undefined, what, "");
    const senders = (source: Source): readonly SpiffeId[] =>
        read(
            `RESPONDER_${source.toUpperCase()}_SENDERS`,
            "",
            (text) => parsedAll(text, (item) => SpiffeId.parse(item)),
            IDS,
            [],
        );
    const settings: ResponderSettings = {
        workloadApi: required("SPIFFE_ENDPOINT_SOCKET", "the address of the Workload API"),
        port: read("RESPONDER_PORT", "8443", (text) => wholeNumber(text, 1, 65_535), PORT, 0),
        httpPort: read("RESPONDER_HTTP_PORT", "8080", (text) => wholeNumber(text, 1, 65_535), PORT, 0),
        senders: { falco: senders("falco"), alertmanager: senders("alertmanager"), canary: senders("canary") },
        senderAuthority: authority(env["RESPONDER_SENDER_AUTHORITY"], faults),
        kem: read(
            "RESPONDER_KEM",
            "require",
            (text) => KEMS.find((kem) => kem === text),
            '"prefer" or "require"',
            "require",
        ),
        policyFile: required("RESPONDER_POLICY", "the path of the policy file"),
        namespace: required("RESPONDER_NAMESPACE", "the namespace this runs in"),
        pod: required("RESPONDER_POD", "the name of this pod"),
        protectedNamespaces: read(
            "RESPONDER_PROTECTED_NAMESPACES",
            "spire",
            items,
            "namespaces with commas between them",
            [],
        ),
        spireServer: env["RESPONDER_SPIRE_SERVER"],
        denyList: {
            name: env["RESPONDER_DENY_LIST"] ?? "revoked-identities",
            namespaces: [
                ...new Set([
                    env["RESPONDER_NAMESPACE"] ?? "",
                    ...read("RESPONDER_DENY_LIST_NAMESPACES", "", items, "namespaces with commas between them", []),
                ]),
            ],
        },
        ...(env["RESPONDER_DENYING_ENGINE"] !== undefined && {
            denyingEngine: read(
                "RESPONDER_DENYING_ENGINE",
                "",
                (text) => DENYING_ENGINES.find((engine) => engine === text),
                '"cilium" or "calico"',
                "cilium",
            ),
        }),
        evidence: {
            directory: env["RESPONDER_EVIDENCE"] ?? "/evidence",
            limitBytes: read(
                "RESPONDER_EVIDENCE_BYTES",
                "104857600",
                (text) => wholeNumber(text, 1, 2 ** 40),
                "bytes, from 1 to 2^40",
                0,
            ),
            ...(env["RESPONDER_EVIDENCE_STORE"] !== undefined && {
                store: {
                    url: read(
                        "RESPONDER_EVIDENCE_STORE",
                        "",
                        storeUrl,
                        "an https URL without credentials, query and fragment",
                        new URL("https://none"),
                    ),
                    region: env["RESPONDER_EVIDENCE_REGION"] ?? "us-east-1",
                    credentials: required("RESPONDER_EVIDENCE_CREDENTIALS", "the directory of the store's credentials"),
                },
            }),
        },
        otlp:
            env["RESPONDER_OTLP"] === undefined
                ? undefined
                : read("RESPONDER_OTLP", "", parseUrl, "an http or https URL", new URL("http://none")),
        kubeconfig: env["RESPONDER_KUBECONFIG"],
        queue: read("RESPONDER_QUEUE", "5000", (text) => wholeNumber(text, 1, 100_000), "from 1 to 100000", 0),
    };
    if (settings.port === settings.httpPort && settings.port !== 0) {
        faults.push(`RESPONDER_PORT and RESPONDER_HTTP_PORT are both ${settings.port}; they must differ`);
    }
    if (Object.values(settings.senders).every((ids) => ids.length === 0)) {
        faults.push(
            "nobody may send: give RESPONDER_FALCO_SENDERS, RESPONDER_ALERTMANAGER_SENDERS or RESPONDER_CANARY_SENDERS",
        );
    }
    if (faults.length > 0) {
        throw new SettingsError(faults);
    }
    return settings;
}

const DENYING_ENGINES = ["cilium", "calico"] as const;
const KEMS = ["prefer", "require"] as const;

/** What is wrong with a variable. A URL may hold a password, so that one with an @ is not shown. */
function misfit(name: string, text: string, allowed: string): string {
    const found = text.includes("@") ? `a text of ${text.length} characters` : JSON.stringify(text);
    return text === "" ? `${name} is missing; it must be ${allowed}` : `${name} must be ${allowed}, found ${found}`;
}

function wholeNumber(text: string, min: number, max: number): number | undefined {
    const value = Number(text);
    return Number.isInteger(value) && value >= min && value <= max && text.trim() !== "" ? value : undefined;
}

function items(text: string): readonly string[] {
    return text
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "");
}

/** Every item, or undefined when one of them can't be read. */
function parsedAll<T>(text: string, parse: (item: string) => T): readonly T[] | undefined {
    try {
        return items(text).map((item) => parse(item));
    } catch (error) {
        if (error instanceof SpiffeError) {
            return undefined;
        }
        throw error;
    }
}

function authority(text: string | undefined, faults: string[]): SenderAuthority | undefined {
    if (text === undefined) {
        return undefined;
    }
    const [name = "", directory = ""] = text.split("=");
    const [trustDomain] = parsedAll(name, (item) => TrustDomain.parse(item)) ?? [];
    if (trustDomain === undefined || directory === "") {
        faults.push(misfit("RESPONDER_SENDER_AUTHORITY", text, "trust-domain=directory"));
        return undefined;
    }
    return { trustDomain, directory };
}

function storeUrl(text: string): URL | undefined {
    const url = URL.parse(text);
    return url?.protocol === "https:" && [url.search, url.hash, url.username, url.password].every((part) => part === "")
        ? url
        : undefined;
}

function parseUrl(text: string): URL | undefined {
    const url = URL.parse(text);
    return url?.protocol === "http:" || url?.protocol === "https:" ? url : undefined;
}
