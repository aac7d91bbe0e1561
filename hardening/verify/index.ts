import { ApiError } from "../sources/cluster/client";
import type { Check, Verdict, VerdictStatus } from "./check";
import { unknown } from "./check";
import { accessAsGranted } from "./checks/access";
import { alertRulesLoaded } from "./checks/alerts";
import { clusterAsAssumed } from "./checks/assumptions";
import { certificateDaysLeft } from "./checks/certificates";
import { auditEventsWritten, secretsEncryptedAtRest } from "./checks/control-plane";
import { networkPoliciesEnforced } from "./checks/enforcement";
import { connectionsEncrypted, shieldEncrypts } from "./checks/handshakes";
import { noIncidents } from "./checks/incidents";
import { identityLogsFreeOfErrors, noSecretInLogs } from "./checks/logs";
import { metricsMeetTargets } from "./checks/metrics";
import { networkPoliciesInPlace } from "./checks/network";
import { rotatedSecretsArrived } from "./checks/rotation";
import { identitiesIssued, nodeProgramsOnEveryNode, workloadsReady } from "./checks/node-programs";
import { securityContextsAsWritten } from "./checks/security-contexts";
import { alertsNotSilenced } from "./checks/silences";
import { noGraveVulnerabilities } from "./checks/vulnerabilities";
import type { Expected } from "./expected";
import type { Live } from "./live";

/** Every check, in the order of the hardening guide. */
export function checks(now: () => Date): readonly Check[] {
    return [
        metricsMeetTargets,
        connectionsEncrypted,
        shieldEncrypts,
        noIncidents,
        certificateDaysLeft(now),
        rotatedSecretsArrived,
        workloadsReady,
        nodeProgramsOnEveryNode,
        identityLogsFreeOfErrors,
        identitiesIssued,
        clusterAsAssumed,
        networkPoliciesInPlace,
        networkPoliciesEnforced,
        securityContextsAsWritten,
        noSecretInLogs,
        accessAsGranted,
        alertRulesLoaded,
        alertsNotSilenced(now),
        secretsEncryptedAtRest,
        auditEventsWritten,
        noGraveVulnerabilities(now),
    ];
}

/** A check with what it found out. */
export interface CheckResult {
    readonly check: Check;
    /** `failed` outranks `unknown`, and that outranks `proved`. */
    readonly status: VerdictStatus;
    readonly verdicts: readonly Verdict[];
}

/** Runs checks one after the other; one that the cluster does not answer is unknown and does not stop the rest. */
export async function verify(
    selected: readonly Check[],
    expected: Expected,
    live: Live,
    done: (result: CheckResult) => void = () => undefined,
): Promise<readonly CheckResult[]> {
    const results: CheckResult[] = [];
    for (const check of selected) {
        const verdicts = await answers(check, expected, live);
        const result = { check, status: worst(verdicts), verdicts };
        results.push(result);
        done(result);
    }
    return results;
}

async function answers(check: Check, expected: Expected, live: Live): Promise<readonly Verdict[]> {
    try {
        const verdicts = await check.run(expected, live);
        return verdicts.length > 0
            ? verdicts
            : [unknown(`stack ${expected.stack}`, "has nothing for this check to look at")];
    } catch (error) {
        if (error instanceof ApiError) {
            return [unknown("cluster", `the API server did not answer: ${error.message}`)];
        }
        throw error;
    }
}

function worst(verdicts: readonly Verdict[]): VerdictStatus {
    const found = new Set(verdicts.map(({ status }) => status));
    return found.has("failed") ? "failed" : found.has("unknown") ? "unknown" : "proved";
}
