import { SpiffeError, SpiffeId, TrustDomain } from "@x0tta6bl4/spiffe";

import type { ForbiddenTarget } from "./forbidden.js";

/** How the probe runs; read from the environment once. */
export interface ProbeSettings {
    /** The Workload API, `unix:///…` or `tcp://IP:port`. */
    readonly workloadApi: string;
    /** Where the echo listens, mutual TLS only. */
    readonly echoPort: number;
    /** Where health and metrics are served in the clear; holds nothing secret. */
    readonly httpPort: number;
    /** Who may use the echo, and whom the probe calls. Empty: everybody of its own trust domain. */
    readonly allowed: readonly (SpiffeId | TrustDomain)[];
    /** Echo endpoints of other probes. */
    readonly peers: readonly URL[];
    /** What network policies forbid the probe to connect to. Something must listen there, or a refusal proves nothing. */
    readonly forbidden: readonly ForbiddenTarget[];
    /** Seconds between two calls of the peers, and between two attempts at what is forbidden. */
    readonly intervalSeconds: number;
    readonly kem: "prefer" | "require";
}

/** The environment doesn't fit. The message lists every fault. */
export class SettingsError extends Error {
    constructor(faults: readonly string[]) {
        super(`The probe is misconfigured:\n  ${faults.join("\n  ")}`);
        this.name = "SettingsError";
    }
}

/**
 * Reads `SPIFFE_ENDPOINT_SOCKET` and the variables `PROBE_…`, which README.md lists.
 *
 * @throws {SettingsError} with all faults at once
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): ProbeSettings {
    const faults: string[] = [];
    const read = <T>(
        name: string,
        fallback: string,
        parse: (text: string) => T | undefined,
        allowed: string,
    ): T | undefined => {
        const text = env[name] ?? fallback;
        const value = parse(text);
        if (value === undefined) {
            faults.push(misfit(name, text, allowed));
        }
        return value;
    };
    const port = "a whole number from 1 to 65535";
    const workloadApi = read(
        "SPIFFE_ENDPOINT_SOCKET",
        "",
        (text) => text || undefined,
        "the address of the Workload API",
    );
    const echoPort = read("PROBE_ECHO_PORT", "8443", (text) => wholeNumber(text, 65_535), port);
    const httpPort = read("PROBE_HTTP_PORT", "8080", (text) => wholeNumber(text, 65_535), port);
    const allowed = read("PROBE_ALLOWED", "", parseAllowed, "SPIFFE IDs and trust domains with commas between them");
    const peers = read("PROBE_PEERS", "", parsePeers, "https URLs with commas between them");
    const forbidden = read("PROBE_FORBIDDEN", "", parseForbidden, "host:port items with commas between them");
    const intervalSeconds = read(
        "PROBE_INTERVAL",
        "30",
        (text) => wholeNumber(text, 86_400),
        "seconds, from 1 to 86400",
    );
    const kem = read("PROBE_KEM", "require", parseKem, '"prefer" or "require"');
    if (echoPort === httpPort && echoPort !== undefined) {
        faults.push(`PROBE_ECHO_PORT and PROBE_HTTP_PORT are both ${echoPort}; they must differ`);
    }
    const lists = allowed && peers && forbidden && { allowed, peers, forbidden };
    if (faults.length > 0 || !workloadApi || !echoPort || !httpPort || !lists || !intervalSeconds || !kem) {
        throw new SettingsError(faults);
    }
    return { workloadApi, echoPort, httpPort, ...lists, intervalSeconds, kem };
}

/** What is wrong with a variable. A URL may hold a password, so that one with an @ is not shown. */
function misfit(name: string, text: string, allowed: string): string {
    const found = text.includes("@") ? `a text of ${text.length} characters` : JSON.stringify(text);
    return text === "" ? `${name} is missing; it must be ${allowed}` : `${name} must be ${allowed}, found ${found}`;
}

function wholeNumber(text: string, max: number): number | undefined {
    const value = Number(text);
    return Number.isInteger(value) && value >= 1 && value <= max ? value : undefined;
}

function items(text: string): string[] {
    return text
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "");
}

function parseAllowed(text: string): readonly (SpiffeId | TrustDomain)[] | undefined {
    try {
        return items(text).map((item) => (item.includes("://") ? SpiffeId.parse(item) : TrustDomain.parse(item)));
    } catch (error) {
        if (error instanceof SpiffeError) {
            return undefined;
        }
        throw error;
    }
}

function parsePeers(text: string): readonly URL[] | undefined {
    const urls = items(text).map((item) => URL.parse(item));
    return urls.every((url) => url?.protocol === "https:") ? urls.filter((url) => url !== null) : undefined;
}

function parseForbidden(text: string): readonly ForbiddenTarget[] | undefined {
    const targets = items(text).map((name) => {
        // An address of IPv6 stands in brackets, as in a URL.
        const url = URL.parse(`tcp://${name}`);
        const port = wholeNumber(url?.port ?? "", 65_535);
        const host = url?.hostname.replace(/^\[(.*)\]$/, "$1");
        return url?.host === name && host && port ? { name, host, port } : undefined;
    });
    return targets.every((target) => target !== undefined) ? targets : undefined;
}

function parseKem(text: string): "prefer" | "require" | undefined {
    return text === "prefer" || text === "require" ? text : undefined;
}
