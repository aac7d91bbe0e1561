import type { Body } from "../../policies/kube";
import { isObj, list, obj, str } from "../../policies/kube";
import { ApiError } from "../sources/cluster/client";
import type { Expected } from "./expected";
import { namespaceOf } from "./expected";
import type { Sample } from "./exposition";
import { numberOf } from "./exposition";
import type { Live } from "./live";

/** The service that Prometheus' operator makes, and the one of the platform (port 9090 in namespace monitoring). */
const SERVICES = ["prometheus-operated", "prometheus"];
const PORT = 9090;

/** What Prometheus' HTTP API (v1) answers to a path; undefined where the stack has none, or where none answers. */
export async function askPrometheus(expected: Expected, live: Live, path: string): Promise<Body | undefined> {
    // It runs where its rules are.
    const [rule] = expected.ofKind("PrometheusRule");
    for (const service of rule === undefined ? [] : SERVICES) {
        try {
            return obj(obj(JSON.parse(await live.serviceText(namespaceOf(rule ?? {}), service, PORT, path)))["data"]);
        } catch (error) {
            if (!(error instanceof ApiError) && !(error instanceof SyntaxError)) {
                throw error;
            }
        }
    }
    return undefined;
}

/** The newest samples that Prometheus holds of a pod's own metrics; undefined where it holds none. */
export async function samplesOf(
    expected: Expected,
    live: Live,
    pod: { readonly namespace: string; readonly name: string },
): Promise<readonly Sample[] | undefined> {
    const selector = `{namespace="${pod.namespace}",pod="${pod.name}",__name__=~"(pqc|probe|spiffe)_.+"}`;
    const answer = await askPrometheus(expected, live, `/api/v1/query?query=${encodeURIComponent(selector)}`);
    const samples = list(answer?.["result"])
        .filter(isObj)
        .map(({ metric, value }): Sample => {
            const { __name__: name, ...labels } = obj(metric) as Readonly<Record<string, string>>;
            return { name: str(name), labels, value: numberOf(str(list(value)[1])) };
        });
    return samples.length > 0 ? samples : undefined;
}
