import { podControl } from "../../engine/control";
import { checklist, mitre, nist, pss } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { obj, str } from "../../kubernetes/kube";
import { removeField } from "../../kubernetes/path";
import { pssParams, since } from "./pss";

const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"] as const;
const HOOKS = ["postStart", "preStop"] as const;
const ACTIONS = ["httpGet", "tcpSocket"] as const;

function* hosts(container: Body): Iterable<{ readonly field: string; readonly host: string }> {
    const handlers = [
        ...PROBES.map((probe) => ({ field: probe, handler: obj(container[probe]) })),
        ...HOOKS.map((hook) => ({ field: `lifecycle.${hook}`, handler: obj(obj(container["lifecycle"])[hook]) })),
    ];
    for (const { field, handler } of handlers) {
        for (const action of ACTIONS) {
            const host = str(obj(handler[action])["host"]);
            if (host !== "") {
                yield { field: `${field}.${action}.host`, host };
            }
        }
    }
}

function celGuard(path: string): string {
    return `c.?${path.replaceAll(".", ".?")}.?host.orValue('') == ''`;
}

export const noHostInProbes = podControl({
    name: "no-host-in-probes",
    description: "No probe or lifecycle hook names a host of its own.",
    why: "The kubelet sends the request from the node's network, so a host of one's choosing turns it into a proxy to what only nodes reach.",
    severity: "medium",
    covers: ["pod.probe-lifecycle-host"],
    frameworks: [
        ...pss("baseline/hostProbesAndHostLifecycle"),
        ...mitre("T1046"),
        ...nist("SC-7"),
        ...checklist("CTR-7"),
    ],
    remediation: "Remove host: the kubelet then asks the pod itself.",
    profiles: ["baseline", "restricted", "x0tta6bl4"],
    params: pssParams,
    admission: {
        expression: `variables.containers.all(c,\n${[...PROBES, ...HOOKS.map((hook) => `lifecycle.${hook}`)]
            .flatMap((field) => ACTIONS.map((action) => celGuard(`${field}.${action}`)))
            .join(" &&\n")})`,
    },
    *check(pod, { params }) {
        if (!since(params.pssVersion, 34)) {
            return;
        }
        for (const { name, path: at, body } of pod.containers) {
            for (const { field, host } of hosts(body)) {
                const path = `${at}.${field}`;
                yield {
                    path,
                    container: name,
                    message: `${path} is "${host}" (container "${name}"). Remove it.`,
                    fix: removeField(path),
                };
            }
        }
    },
});
