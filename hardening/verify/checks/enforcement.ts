import { isObj, list, obj, str } from "../../../policies/kubernetes/kube";
import { networkProgram } from "../../doctor/recognise";
import type { Check, Verdict } from "../check";
import { failed, proved, unknown } from "../check";
import type { Expected, Workload } from "../expected";
import { containersOf } from "../expected";
import type { Sample } from "../exposition";
import { total } from "../exposition";
import type { Live } from "../live";
import { scrape } from "../scrape";

/** Nodes whose provider enforces policies without a DaemonSet of a known name say so in a label or annotation. */
const ENGINE_LABELS = ["cloud.google.com/gke-netd-ready", "kubernetes.azure.com/network-policy"];
const HINT = "switch the canary on (the setting canary.enabled), and it is measured";

/**
 * The canary tries what the policies forbid it, so what it measures counts. Without one, an engine is known by its name, which
 * tells that policies should be enforced and no more.
 */
export const networkPoliciesEnforced: Check = {
    name: "network-policies-enforced",
    title: "Network policies are enforced",
    covers: ["NET-2"],
    remedy: "Install a network plugin that enforces policies, or turn enforcement on in the cluster's settings.",
    async run(expected, live) {
        const canaries = expected.canaries();
        if (canaries.length === 0) {
            return [await engineOf(live)];
        }
        const verdicts = await Promise.all(canaries.map((canary) => measured(canary, expected, live)));
        return verdicts.flat();
    },
};

async function engineOf(live: Live): Promise<Verdict> {
    const program = networkProgram(await live.objects("/apis/apps/v1", "daemonsets"));
    if (program?.enforces === "yes") {
        const { name, wanted, ready } = program;
        return ready !== undefined && ready === wanted
            ? proved("cluster", `DaemonSet ${name} enforces network policies, by its name; ${HINT}`)
            : unknown(
                  "cluster",
                  `DaemonSet ${name} would enforce network policies, and is ready on ${ready ?? "?"} of ${wanted ?? "?"} nodes; ${HINT}`,
              );
    }
    const nodes = await live.objects("/api/v1", "nodes");
    const label = ENGINE_LABELS.find((name) => nodes.some((node) => name in obj(obj(node["metadata"])["labels"])));
    return label === undefined
        ? unknown("cluster", `no engine that enforces network policies was recognised: they may be words only; ${HINT}`)
        : proved("cluster", `the nodes carry ${label}: the provider enforces network policies; ${HINT}`);
}

async function measured(canary: Workload, expected: Expected, live: Live): Promise<readonly Verdict[]> {
    const subject = `Deployment ${canary.namespace}/${canary.name}`;
    const targets = forbiddenTargets(canary);
    const pods = await scrape(canary, expected, live);
    if (targets.length === 0 || pods.length === 0) {
        const why =
            targets.length === 0
                ? "is given nothing to try by PROBE_FORBIDDEN"
                : "has no ready pod, so nothing was tried";
        return [unknown(subject, why)];
    }
    const listening = new Map<string, boolean>();
    for (const target of targets) {
        listening.set(target, await listens(target, live));
    }
    return pods.flatMap((pod) => {
        const { samples } = pod;
        return samples === undefined
            ? [
                  unknown(
                      pod.subject,
                      "neither Prometheus nor the API server's proxy gives its metrics; see its PodMonitor",
                  ),
              ]
            : targets.map((target) => judge(pod.subject, target, samples, listening.get(target) === true));
    });
}

/** What a canary is told to try: `host:port`. */
function forbiddenTargets({ template }: Workload): readonly string[] {
    return containersOf(obj(template["spec"]))
        .flatMap((container) => list(container["env"]).filter(isObj))
        .filter((variable) => variable["name"] === "PROBE_FORBIDDEN")
        .flatMap((variable) => str(variable["value"]).split(","))
        .filter((target) => target !== "");
}

/** Whether the Service that a target names, `service.namespace.svc:port`, has a ready endpoint. */
async function listens(target: string, live: Live): Promise<boolean> {
    const [service = "", namespace = ""] = target.split(".");
    const slices = await live.objects("/apis/discovery.k8s.io/v1", "endpointslices", namespace);
    return slices
        .filter((slice) => obj(obj(slice["metadata"])["labels"])["kubernetes.io/service-name"] === service)
        .flatMap((slice) => list(slice["endpoints"]).filter(isObj))
        .some((endpoint) => obj(endpoint["conditions"])["ready"] !== false);
}

/** Every refusal needs its control: something that listens there, and connections of the same pod that do come about. */
function judge(subject: string, target: string, samples: readonly Sample[], listening: boolean): Verdict {
    const sample = samples.find(({ name, labels }) => name === "probe_forbidden_open" && labels["target"] === target);
    if (sample === undefined) {
        return unknown(subject, `could not try ${target}; see that the name is resolved in its namespace`);
    }
    if (sample.value !== 0) {
        return failed(subject, `reached ${target}, which its network policies forbid`);
    }
    if (!listening) {
        return unknown(subject, `was refused ${target}, where nothing is ready to answer: that proves nothing`);
    }
    const calls = samples.filter(({ name, labels }) => name === "probe_calls_total" && labels["result"] === "success");
    return total(calls) > 0
        ? proved(subject, `was refused ${target}`)
        : unknown(
              subject,
              `was refused ${target}, but none of its calls gets through to its other half either: that proves nothing`,
          );
}
