import { UsageError } from "../io";
import type { ComplianceReport } from "./model";
import { complianceMetrics } from "./prometheus";

/** The group of metrics at the gateway: https://github.com/prometheus/pushgateway#api */
const JOB = "compliance";

/**
 * The address of a push gateway, with a slash at its end.
 *
 * @throws UsageError where it is none
 */
export function gatewayOf(address: string): URL {
    if (!/^https?:\/\//.test(address) || !URL.canParse(address)) {
        throw new UsageError(["--push must be an address that begins with http:// or https://"]);
    }
    return new URL(address.endsWith("/") ? address : `${address}/`);
}

/**
 * Puts a report's metrics at a push gateway in the place of the stack's former ones, so that a row that is no longer there
 * has no state.
 *
 * @throws UsageError where the gateway does not take them
 */
export async function pushMetrics(gateway: URL, report: ComplianceReport): Promise<void> {
    const path = `metrics/job/${JOB}/stack/${encodeURIComponent(report.stack)}`;
    const came = await fetch(new URL(path, gateway), {
        method: "PUT",
        body: complianceMetrics(report),
        headers: { "content-type": "text/plain; version=0.0.4" },
        signal: AbortSignal.timeout(30_000),
    }).then(
        ({ ok, status }) => (ok ? undefined : `answered ${status}`),
        (error: unknown) => `did not answer (${reasonOf(error)})`,
    );
    if (came !== undefined) {
        throw new UsageError([`--push: the gateway ${came}; the report is made, and not published`]);
    }
}

/** What `fetch` says of a request that failed stands in its cause, where it has one. */
function reasonOf(error: unknown): string {
    const { cause = error } = error as Error;
    const { code, message } = cause as NodeJS.ErrnoException;
    return typeof code === "string" ? code : message;
}
