import type { Body } from "../../policies/kubernetes/kube";
import { isObj, list, obj, str } from "../../policies/kubernetes/kube";
import type { MonitoringService } from "../../policies/kubernetes/monitoring-services";
import { ALERTMANAGER, PROMETHEUS } from "../../policies/kubernetes/monitoring-services";
import { ApiError } from "../sources/cluster/client";
import type { Expected } from "./expected";
import { namespaceOf } from "./expected";
import type { Sample } from "./exposition";
import { numberOf } from "./exposition";
import type { Live } from "./live";

/** What Prometheus' HTTP API (v1) answers to a path; undefined where the stack has none, or where none answers. */
export async function askPrometheus(expected: Expected, live: Live, path: string): Promise<Body | undefined> {
    const answer = await askProgram(PROMETHEUS, expected, live, path);
    return answer === undefined ? undefined : obj(obj(answer)["data"]);
}

/** What Alertmanager's HTTP API (v2) answers to a path; undefined where the stack has none, or where none answers. */
export async function askAlertmanager(expected: Expected, live: Live, path: string): Promise<unknown> {
    return askProgram(ALERTMANAGER, expected, live, path);
}

async function askProgram(
    { services, port }: MonitoringService,
    expected: Expected,
    live: Live,
    path: string,
): Promise<unknown> {
    // It runs where the rules are.
    const [rule] = expected.ofKind("PrometheusRule");
    for (const service of rule === undefined ? [] : services) {
        try {
            return JSON.parse(await live.serviceText(namespaceOf(rule ?? {}), service, port, path));
        } catch (error) {
            if (!(error instanceof ApiError) && !(error instanceof SyntaxError)) {
                throw error;
            }
        }
    }
    return undefined;
}

/** A pod, as the labels of its metrics name it. */
export interface ScrapeTarget {
    readonly namespace: string;
    readonly name: string;
}

/** The newest samples that Prometheus holds of a pod's own metrics; undefined where it holds none. */
export async function samplesOf(
    expected: Expected,
    live: Live,
    pod: ScrapeTarget,
): Promise<readonly Sample[] | undefined> {
    return ask(expected, live, `{${labelsOf(pod)},__name__=~"(pqc|probe|responder|spiffe)_.+"}`);
}

/**
 * By how much a pod's counters of one name have grown of late; undefined where Prometheus holds none. A series that was not
 * there before counts whole: it has no increase by what it began with.
 *
 * @param window a duration as Prometheus writes it, `30m`
 */
export async function increaseOf(
    expected: Expected,
    live: Live,
    pod: ScrapeTarget,
    metric: string,
    window: string,
): Promise<readonly Sample[] | undefined> {
    const series = `${metric}{${labelsOf(pod)}}`;
    const grown = await ask(
        expected,
        live,
        `(increase(${series}[${window}]) and ${series} offset ${window}) or ${series}`,
    );
    return grown?.map((sample) => ({ ...sample, name: metric }));
}

function labelsOf({ namespace, name }: ScrapeTarget): string {
    return `namespace="${namespace}",pod="${name}"`;
}

/** What an expression comes to now; undefined where no Prometheus answers, or where it holds nothing of it. */
export async function ask(expected: Expected, live: Live, expression: string): Promise<readonly Sample[] | undefined> {
    const answer = await askPrometheus(expected, live, `/api/v1/query?query=${encodeURIComponent(expression)}`);
    const samples = list(answer?.["result"])
        .filter(isObj)
        .map(({ metric, value }): Sample => {
            const { __name__: name, ...labels } = obj(metric) as Readonly<Record<string, string>>;
            return { name: str(name), labels, value: numberOf(str(list(value)[1])) };
        });
    return samples.length > 0 ? samples : undefined;
}
