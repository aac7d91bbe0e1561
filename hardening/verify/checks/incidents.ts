import { obj } from "../../../policies/kubernetes/kube";
import type { Check, Verdict } from "../check";
import { failed, proved, unknown } from "../check";
import type { Expected, Workload } from "../expected";
import type { Sample } from "../exposition";
import { total } from "../exposition";
import type { Live } from "../live";
import { liveWorkload } from "../live";
import { ask } from "../prometheus";
import { scrape } from "../scrape";

const HOURS = 24;
const TARGET = "(target: none)";
/** What counts as an incident, by the responder's severities and by Falco's priorities, of which 2 is Critical. */
const SEVERE: readonly (string | undefined)[] = ["high", "critical"];
const MATCHES = 'falcosecurity_falco_rules_matches_total{priority=~"0|1|2"}';
/** Falco has counted system calls from its start on; of each pod that is scraped there is one instance. */
const SEEN = "count(count by (instance) (falcosecurity_scap_n_evts_total))";

/** MET-4: what the responder has recorded, and what Falco has seen; one that sees nothing because it isn't there proves nothing. */
export const noIncidents: Check = {
    name: "no-incidents",
    title: `No security incident in the last ${HOURS} hours`,
    covers: ["MET-4"],
    remedy: "See hardening respond list, and docs/runbooks/security-incident.md.",
    async run(expected, live) {
        const responders = expected
            .workloads()
            .filter(({ selector }) => selector["app.kubernetes.io/name"] === "responder");
        const sensors = expected.workloads().filter(({ kind, name }) => kind === "DaemonSet" && name === "falco");
        if (responders.length + sensors.length === 0) {
            const subject = `stack ${expected.stack}`;
            return [failed(subject, "has neither the responder nor Falco, so nothing would see an incident")];
        }
        return Promise.all([
            ...responders.map((responder) => recorded(responder, expected, live)),
            ...sensors.map((sensor) => seen(sensor, expected, live)),
        ]);
    },
};

/** By the replica that leads: the others know of no incident. */
async function recorded(responder: Workload, expected: Expected, live: Live): Promise<Verdict> {
    const subject = `${responder.kind} ${responder.namespace}/${responder.name}`;
    const pods = await scrape(responder, expected, live);
    const leader = pods.find(({ samples }) => total(named(samples, "responder_leader")) > 0);
    if (leader === undefined) {
        return unknown(subject, "no ready pod says that it leads, so none knows of every incident");
    }
    const counts = named(leader.samples, "responder_incidents");
    if (counts.length === 0) {
        return failed(subject, "responder_incidents is not there, so nothing proves MET-4");
    }
    return judged(
        subject,
        total(counts.filter(({ labels }) => SEVERE.includes(labels["severity"]))),
        "incidents of high or critical severity",
    );
}

const named = (samples: readonly Sample[] | undefined, name: string): readonly Sample[] =>
    (samples ?? []).filter((sample) => sample.name === name);

async function seen(sensor: Workload, expected: Expected, live: Live): Promise<Verdict> {
    const subject = `${sensor.kind} ${sensor.namespace}/${sensor.name}`;
    const pods = total((await ask(expected, live, SEEN)) ?? []);
    if (pods === 0) {
        return unknown(subject, "Prometheus can't be reached, or holds no metrics of Falco");
    }
    const wanted = obj((await liveWorkload(sensor, live))?.["status"])["desiredNumberScheduled"];
    if (typeof wanted !== "number" || wanted === 0) {
        return unknown(subject, "is not there, or on no node, so what Prometheus still holds of it is no proof");
    }
    if (pods < wanted) {
        return unknown(
            subject,
            `Prometheus holds metrics of Falco on ${pods} of ${wanted} nodes, so what happened on the others is not known`,
        );
    }
    // A series that is first there with its first match has no increase by it.
    const grown = `(increase(${MATCHES}[${HOURS}h]) and ${MATCHES} offset ${HOURS}h) or ${MATCHES}`;
    const matches = await ask(expected, live, `sum(${grown}) or vector(0)`);
    return matches === undefined
        ? unknown(subject, "Prometheus did not answer")
        : judged(subject, total(matches), "matches of critical rules");
}

function judged(subject: string, count: number, what: string): Verdict {
    const text = `${Math.ceil(count)} ${what} in the last ${HOURS} hours ${TARGET}`;
    return count === 0 ? proved(subject, text) : failed(subject, text);
}
