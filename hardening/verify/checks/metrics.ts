import type { Check, Verdict } from "../check";
import { failed, proved, unknown } from "../check";
import type { Sample } from "../exposition";
import { total } from "../exposition";
import type { ScrapedPod } from "../scrape";
import { scrape } from "../scrape";

/** MET-1: successful handshakes, of those that were not given up by the client. */
const HANDSHAKE_TARGET = 0.999;
/** MET-2: days that a certificate must have left. */
export const EXPIRY_DAYS = 7;
/** MET-3: refused authentications, of all handshakes. */
const AUTHENTICATION_TARGET = 0.001;
const HANDSHAKES = "pqc_handshakes_total";
const FAILURES = "spiffe_authentication_failures_total";
/** What is judged of the counters, where Prometheus knows it: as long as the alerts of the same targets look back. */
const WINDOW_MINUTES = 30;
/** SVIDs live for hours and are renewed at half their life: less than ten minutes left means that renewal has stopped. */
const SVID_SECONDS = 600;

export const metricsMeetTargets: Check = {
    name: "metrics-meet-targets",
    title: "The metrics of the applications and the canary are there and meet their targets",
    covers: ["MET-1", "MET-2", "MET-3", "MON-1", "POST-1"],
    remedy: "See the alert of the same metric and its runbook in docs/runbooks.",
    async run(expected, live) {
        const verdicts: Verdict[] = [];
        const applications = expected.applications();
        const canaries = expected.canaries();
        if (applications.length === 0 && canaries.length > 0) {
            verdicts.push(failed(`stack ${expected.stack}`, "brings no application, so nothing proves its metrics"));
        }
        for (const workload of [...applications, ...canaries]) {
            const pods = await scrape(workload, expected, live);
            if (pods.length === 0) {
                const subject = `${workload.kind} ${workload.namespace}/${workload.name}`;
                verdicts.push(failed(subject, "no ready pod that serves metrics is there"));
            }
            verdicts.push(...(await Promise.all(pods.map(judge))).flat());
        }
        return verdicts;
    },
};

async function judge({ subject, samples, grown }: ScrapedPod): Promise<readonly Verdict[]> {
    if (samples === undefined) {
        return [unknown(subject, "/metrics can't be reached, neither by Prometheus nor by the API server")];
    }
    const [handshakesGrown = [], failuresGrown = []] = await Promise.all(
        [HANDSHAKES, FAILURES].map(async (counter) => grown(counter, `${WINDOW_MINUTES}m`)),
    );
    // A pod that had nobody to talk to of late has only its whole life to show.
    const counted =
        total(judged(handshakesGrown)) > 0
            ? { samples: [...handshakesGrown, ...failuresGrown], since: `in the last ${WINDOW_MINUTES} minutes` }
            : { samples, since: "since its start" };
    return [handshakes(subject, counted), authentication(subject, counted), expiry(subject, samples)];
}

/** Counters, and the time that they cover, for people. */
interface Counted {
    readonly samples: readonly Sample[];
    readonly since: string;
}

/** Handshakes that came to a verdict. */
function judged(samples: readonly Sample[]): readonly Sample[] {
    return samples.filter(({ name, labels }) => name === HANDSHAKES && labels["result"] !== "aborted");
}

function handshakes(subject: string, { samples, since }: Counted): Verdict {
    const all = judged(samples);
    const sum = total(all);
    if (sum === 0) {
        return failed(subject, `${HANDSHAKES} counts no handshake, so nothing proves MET-1`);
    }
    const ratio = total(all.filter(({ labels }) => labels["result"] === "success")) / sum;
    const share = `${(ratio * 100).toFixed(2)} % of ${Math.round(sum)} handshakes`;
    const text = `${share} ${since} succeeded (target: more than 99.9 %)`;
    return ratio > HANDSHAKE_TARGET ? proved(subject, text) : failed(subject, text);
}

function authentication(subject: string, { samples, since }: Counted): Verdict {
    const failures = samples.filter(({ name }) => name === FAILURES);
    const handshakeCount = total(samples.filter(({ name }) => name === HANDSHAKES));
    if (failures.length === 0) {
        return failed(subject, `${FAILURES} is not there, so nothing proves MET-3`);
    }
    const ratio = handshakeCount === 0 ? 0 : total(failures) / handshakeCount;
    const count = `${Math.round(total(failures))} authentication failures${reasons(failures)}`;
    const text = `${count} in ${Math.round(handshakeCount)} handshakes ${since} (target: less than 0.1 %)`;
    return ratio < AUTHENTICATION_TARGET ? proved(subject, text) : failed(subject, text);
}

/** What failures are counted under: ` (unauthorized 2, tls_version 1)`; nothing where there are none. */
function reasons(failures: readonly Sample[]): string {
    const counts = new Map<string, number>();
    for (const { labels, value } of failures.filter((sample) => sample.value > 0)) {
        const reason = labels["reason"] ?? "no reason given";
        counts.set(reason, (counts.get(reason) ?? 0) + value);
    }
    const texts = [...counts].sort(([, a], [, b]) => b - a).map(([reason, count]) => `${reason} ${Math.round(count)}`);
    return texts.length === 0 ? "" : ` (${texts.join(", ")})`;
}

function expiry(subject: string, samples: readonly Sample[]): Verdict {
    const left = samples.filter(({ name }) => name === "spiffe_svid_expiry_seconds").map(({ value }) => value);
    if (left.length === 0) {
        return failed(subject, "spiffe_svid_expiry_seconds is not there: the pod has no identity, or does not say so");
    }
    const least = Math.min(...left);
    return least >= SVID_SECONDS
        ? proved(subject, `its SVID has ${Math.floor(least / 60)} minutes left`)
        : failed(subject, `its SVID has ${Math.floor(least)} s left: renewal has stopped`);
}
