import { isDeepStrictEqual } from "node:util";

import type { Fault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { nist, soc2 } from "../../engine/frameworks";
import type { Body, KubeObject } from "../../kubernetes/kube";
import { isObj, list, obj } from "../../kubernetes/kube";
import type { ContainerView, PodView } from "../../kubernetes/pods";
import type { Probe } from "./probes";
import { PROBES, servingContainers } from "./probes";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";
import { show } from "../../text";
import { ifKnown } from "../../kubernetes/unknown";

const HANDLERS = ["exec", "grpc", "httpGet", "tcpSocket"] as const;

interface ProbePort {
    readonly path: string;
    readonly port: string | number;
    readonly declared: boolean;
}

/** The ports that a container's probes ask, and whether the container declares them, by name or number. */
function portsAsked({ path, body }: ContainerView): readonly ProbePort[] {
    const ports = list(body["ports"]).map(obj);
    return PROBES.flatMap((probe) =>
        (["httpGet", "tcpSocket"] as const).flatMap((handler): readonly ProbePort[] => {
            const { port } = obj(obj(body[probe])[handler]) as { port?: unknown };
            if (typeof port !== "string" && typeof port !== "number") {
                return [];
            }
            const declared = ports.some(({ name, containerPort }) => name === port || containerPort === Number(port));
            return [{ path: `${path}.${probe}.${handler}.port`, port, declared }];
        }),
    );
}

/** The kubelet can't resolve a name that no port has: the probe fails for ever. */
function isName({ port }: ProbePort): boolean {
    return typeof port === "string" && !/^\d+$/.test(port);
}

/**
 * A number needs no declaration. But where a container declares ports and its probes ask none of them, one of the two was
 * forgotten in a change.
 */
function* portFaults(container: ContainerView): Iterable<Fault> {
    const { name, body } = container;
    const asked = portsAsked(container);
    const numbers = list(body["ports"]).map((port) => show(obj(port)["containerPort"]));
    const astray = numbers.length > 0 && asked.every(({ declared }) => !declared);
    for (const port of asked.filter(({ declared }) => !declared)) {
        if (isName(port)) {
            yield {
                path: port.path,
                container: name,
                message: `${port.path} is "${port.port}", which no port of the container is called (container "${name}"). Name one that exists.`,
            };
        } else if (astray) {
            yield {
                path: port.path,
                container: name,
                message: `${port.path} is ${port.port}, and the container declares ${numbers.join(", ")} (container "${name}"). Ask a port that it has, or declare this one.`,
            };
        }
    }
}

function* probeFaults(container: ContainerView): Iterable<Fault> {
    const { name, path: at, body } = container;
    for (const probe of PROBES) {
        const set = obj(body[probe]);
        const path = `${at}.${probe}`;
        if (isObj(body[probe]) && !HANDLERS.some((handler) => isObj(set[handler]))) {
            yield {
                path,
                container: name,
                message: `${path} asks nothing (container "${name}"). Give it one of ${HANDLERS.join(", ")}.`,
                absent: true,
            };
        }
    }
    yield* portFaults(container);
}

/** The same probe for both restarts a container that is merely busy. */
function areIdentical(body: Body): boolean {
    const { livenessProbe, readinessProbe } = body as { livenessProbe?: unknown; readinessProbe?: unknown };
    return isObj(livenessProbe) && isObj(readinessProbe) && isDeepStrictEqual(livenessProbe, readinessProbe);
}

/** The probes that a container lacks: those that are demanded, or any at all. */
function* missingFaults({ name, path: at, body }: ContainerView, required: readonly string[]): Iterable<Fault> {
    const missing = required.filter((probe) => !isObj(body[probe]));
    const none = PROBES.every((probe: Probe) => !isObj(body[probe]));
    for (const probe of missing.length > 0 ? missing : none ? ["livenessProbe"] : []) {
        const path = `${at}.${probe}`;
        yield {
            path,
            container: name,
            message: `${path} is not set${missing.length > 0 ? "" : ", nor is any other probe"} (container "${name}"). Set it.`,
            absent: true,
        };
    }
    if (areIdentical(body)) {
        const path = `${at}.readinessProbe`;
        yield {
            path,
            container: name,
            message: `${path} is the same as the liveness probe (container "${name}"). Ask two different questions.`,
        };
    }
}

/** The pods that some Service of the stack sends requests to. Built once per stack. */
function servedPods(stack: Stack): ReadonlySet<PodView> {
    return new Set(stack.ofKind("Service").flatMap((service) => ifKnown(() => pickedBy(stack, service)) ?? []));
}

function pickedBy(stack: Stack, service: KubeObject): readonly PodView[] {
    const selector = obj(obj(service.body["spec"])["selector"]);
    return service.group === "" && Object.keys(selector).length > 0
        ? stack.select(namespaceOf(service), { matchLabels: selector })
        : [];
}

/** One readiness probe is enough to keep requests away from a pod that can't serve; with none they come at once. */
function* servedFaults(stack: Stack, pod: PodView, serving: readonly ContainerView[]): Iterable<Fault> {
    const [first] = serving;
    const probed = serving.some(({ body }) => isObj(body["readinessProbe"]));
    const otherwise = serving.some(({ body }) => PROBES.some((probe: Probe) => isObj(body[probe])));
    if (first !== undefined && !probed && otherwise && stack.memo(servedPods).has(pod)) {
        const path = `${first.path}.readinessProbe`;
        yield {
            path,
            container: first.name,
            message: `${path} is not set, and a Service sends requests to the pod (container "${first.name}"). Set it.`,
            absent: true,
        };
    }
}

function* podFaults(stack: Stack, pod: PodView, required: readonly string[]): Iterable<Fault> {
    const serving = servingContainers(pod);
    for (const container of serving) {
        yield* missingFaults(container, required);
    }
    yield* servedFaults(stack, pod, serving);
    for (const container of pod.containers) {
        yield* probeFaults(container);
    }
}

export const probesSound = stackControl({
    name: "probes-sound",
    description: "Every container that serves is probed, and its probes can work.",
    why: "A probe that always fails restarts a healthy program, and none at all leaves a dead one running.",
    severity: "low",
    // Third-party images don't always answer one.
    enforcement: "advisory",
    covers: ["rel.probes"],
    frameworks: [...nist("SI-13", "CP-10"), ...soc2("A1.2")],
    remediation: "Give each container probes that differ in what they ask, on ports that exist.",
    profiles: ["x0tta6bl4"],
    params: {
        required: {
            type: "array",
            items: { type: "string" },
            description:
                "The probes that every serving container must have, e.g. `readinessProbe`; one of any kind where empty.",
            default: [],
        },
    },
    admission: { none: "A pod's own availability is no reason to refuse it in the cluster." },
    *check(stack, { params, each }) {
        yield* each(
            stack.pods(),
            (pod) => pod.object,
            function* (pod) {
                for (const fault of podFaults(stack, pod, params.required)) {
                    yield { ...fault, object: pod.object };
                }
            },
        );
    },
});
