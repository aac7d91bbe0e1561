import type { Body } from "../../policies/kubernetes/kube";
import { isObj, list, obj, str } from "../../policies/kubernetes/kube";

/** What a stack says should be there: its objects as the program registers them. */
export class Expected {
    constructor(
        readonly stack: string,
        private readonly objects: readonly Body[],
        /** Its settings `cluster`, as they are written. */
        readonly cluster: Body = {},
    ) {}

    public ofKind(...kinds: readonly string[]): readonly Body[] {
        return this.objects.filter((object) => kinds.includes(str(object["kind"])));
    }

    /** Namespaces that the stack brings. */
    public namespaces(): readonly string[] {
        return this.ofKind("Namespace").map(nameOf);
    }

    /** The applications that the stack deploys, by whatever name: their pods alone are told by a label `app`. */
    public applications(): readonly Workload[] {
        return this.workloads().filter(({ selector }) => str(selector["app"]) !== "");
    }

    /** The probes that the stack deploys to try its connections. */
    public canaries(): readonly Workload[] {
        return this.workloads().filter(({ selector }) => selector["app.kubernetes.io/name"] === "canary");
    }

    /** Everything that runs pods, with its pod template. */
    public workloads(): readonly Workload[] {
        return this.ofKind("Deployment", "StatefulSet", "DaemonSet").map((object) => ({
            object,
            kind: str(object["kind"]),
            namespace: namespaceOf(object),
            name: nameOf(object),
            selector: obj(obj(obj(object["spec"])["selector"])["matchLabels"]),
            template: obj(obj(object["spec"])["template"]),
        }));
    }
}

export interface Workload {
    readonly object: Body;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly selector: Body;
    readonly template: Body;
}

export function nameOf(object: Body): string {
    return str(obj(object["metadata"])["name"]);
}

export function namespaceOf(object: Body): string {
    return str(obj(object["metadata"])["namespace"]);
}

/** `Kind namespace/name`. */
export function describe(kind: string, object: Body): string {
    const namespace = namespaceOf(object);
    return `${kind} ${namespace === "" ? "" : `${namespace}/`}${nameOf(object)}`;
}

/** Whether a pod carries every label of a selector. */
export function selects(selector: Body, pod: Body): boolean {
    const labels = obj(obj(pod["metadata"])["labels"]);
    return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

export function containersOf(spec: Body): readonly Body[] {
    return [...list(spec["initContainers"]), ...list(spec["containers"])].filter(isObj);
}

/** Whether the pod runs and says that it is ready. */
export function isReady(pod: Body): boolean {
    return (
        obj(pod["metadata"])["deletionTimestamp"] === undefined &&
        list(obj(pod["status"])["conditions"])
            .filter(isObj)
            .some((condition) => condition["type"] === "Ready" && condition["status"] === "True")
    );
}
