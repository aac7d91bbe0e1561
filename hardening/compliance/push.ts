import { UsageError } from "../io";
import type { ComplianceReport } from "./model";
import { complianceMetrics } from "./prometheus";

/** The group of metrics at the gateway: https://github.com/prometheus/pushgateway#api */
const JOB = "compliance";

/**
 * Puts a report's metrics at a push gateway in the place of the stack's former ones, so that a row that is no longer there
 * has no state.
 *
 * @param gateway its address, `http://host:port`
 * @throws UsageError where it is no address, or the gateway does not take them
 */
export async function pushMetrics(gateway: string, report: ComplianceReport): Promise<void> {
    if (!/^https?:\/\//.test(gateway) || !URL.canParse(gateway)) {
        throw new UsageError(["--push must be an address that begins with http:// or https://"]);
    }
    const path = `metrics/job/${JOB}/stack/${encodeURIComponent(report.stack)}`;
    const response = await fetch(new URL(path, gateway.endsWith("/") ? gateway : `${gateway}/`), {
        method: "PUT",
        body: complianceMetrics(report),
        headers: { "content-type": "text/plain; version=0.0.4" },
        signal: AbortSignal.timeout(30_000),
    }).catch(() => undefined);
    if (response?.ok !== true) {
        const came = response === undefined ? "did not answer" : `answered ${response.status}`;
        throw new UsageError([`--push: the gateway ${came}; the report is made, and not published`]);
    }
}
