import { PROXY_METRICS } from "../proxy";

/*
 * Handshakes by who counts them: programs with the SPIFFE library (spiffe/src/metrics.ts), and the proxies beside programs that know
 * nothing of it (Envoy's documentation, "Listener", TLS statistics). Prometheus tells the proxies by the name of their port.
 */

const PROXIES = `{endpoint="${PROXY_METRICS.port}"}`;

/** How often per second it happened within `window`, of all series together; none where nobody counts it. */
const rate = (selection: string, window: string): string => `(sum(rate(${selection}[${window}])) or vector(0))`;

const all = (selections: readonly string[], window: string): string =>
    `(${selections.map((selection) => rate(selection, window)).join(" + ")})`;

/** Handshakes of programs with the library. */
export const HANDSHAKES = "pqc_handshakes_total";

/** Peers that a proxy refused for their certificate, by the reason that Envoy has for it. */
export const REFUSED_BY_PROXIES = Object.fromEntries(
    ["error", "no_cert", "san"].map((reason) => [reason, `envoy_listener_ssl_fail_verify_${reason}${PROXIES}`]),
);

const REFUSALS = Object.values(REFUSED_BY_PROXIES);

const FAILED_AT_PROXIES = [`envoy_listener_ssl_connection_error${PROXIES}`, ...REFUSALS];

/** Handshakes that a proxy made to a good end. */
export const MADE_BY_PROXIES = `envoy_listener_ssl_handshake${PROXIES}`;

/** What is counted, each as a rate over a window such as `5m`. */
export const HANDSHAKE_RATES = {
    /** All that were tried, but for those that a peer gave up by itself. */
    handshakes: (window: string) =>
        all([`${HANDSHAKES}{result!="aborted"}`, MADE_BY_PROXIES, ...FAILED_AT_PROXIES], window),
    /** Those that failed. */
    "failed handshakes": (window: string) =>
        all([`${HANDSHAKES}{result!~"success|aborted"}`, ...FAILED_AT_PROXIES], window),
    /** Those in which a peer was refused for its identity. */
    "refused peers": (window: string) => all(["spiffe_authentication_failures_total", ...REFUSALS], window),
} as const;

/** A part of all handshakes, as a number from 0 to 1; nothing where there were none. */
export function partOf(what: keyof typeof HANDSHAKE_RATES, window: string): string {
    return `${HANDSHAKE_RATES[what](window)} / (${HANDSHAKE_RATES.handshakes(window)} > 0)`;
}

/** Stands in an expression of an alert for one of the rates over a window. */
const PLACE = /<(handshakes|failed handshakes|refused peers) (\d+[mhd])>/g;

/** An expression with the rates that it names put in. */
export function withHandshakeRates(expr: string): string {
    return expr.replaceAll(PLACE, (_, what: keyof typeof HANDSHAKE_RATES, window: string) =>
        HANDSHAKE_RATES[what](window),
    );
}
