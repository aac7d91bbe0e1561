import type { Body, KubeObject } from "../../policies/kubernetes/kube";
import { isObj, list, obj, str, strings } from "../../policies/kubernetes/kube";
import type { PodView } from "../../policies/kubernetes/pods";
import { selects } from "../../policies/kubernetes/selectors";
import type { Stack } from "../../policies/kubernetes/stack";
import { namespaceOf } from "../../policies/kubernetes/stack";

/** One end of a connection: a workload of the stack, or something outside that a policy names. */
export interface Endpoint {
    /** Unique, and what people read: `spire/spire-server`, `kube-system (k8s-app=kube-dns)`, `10.0.0.0/28`, `anywhere`. */
    readonly name: string;
    /** Where it is drawn: a namespace, or undefined for what is outside the pod network. */
    readonly namespace: string | undefined;
    readonly pod?: PodView;
}

/** What stands for everything there is, where no policy isolates a pod. */
export const ANYWHERE: Endpoint = { name: "anywhere", namespace: undefined };

const NAMESPACE_LABEL = "kubernetes.io/metadata.name";

/** The namespaces and workloads of a stack, as NetworkPolicies select them. */
export class Landscape {
    public readonly workloads: readonly (Endpoint & { readonly namespace: string; readonly pod: PodView })[];
    private readonly labels = new Map<string, Body>();

    constructor(stack: Stack) {
        for (const namespace of stack.ofKind("Namespace")) {
            this.labels.set(namespace.name, { ...namespace.labels, [NAMESPACE_LABEL]: namespace.name });
        }
        this.workloads = stack
            .pods()
            .map((pod) => ({ name: nameOf(pod.object), namespace: namespaceOf(pod.object), pod }))
            .sort((a, b) => (a.name < b.name ? -1 : 1));
        for (const { namespace } of this.workloads) {
            this.labels.set(namespace, this.labels.get(namespace) ?? { [NAMESPACE_LABEL]: namespace });
        }
    }

    /** Says whether a peer of a policy in `namespace` is this workload. Addresses never are: pods have no fixed ones. */
    public matches(peer: unknown, namespace: string, pod: PodView): boolean {
        const { namespaceSelector, podSelector } = obj(peer);
        const home = namespaceOf(pod.object);
        const inNamespace =
            namespaceSelector === undefined
                ? podSelector !== undefined && home === namespace
                : selects(namespaceSelector, this.labels.get(home) ?? {});
        return inNamespace && (podSelector === undefined || selects(podSelector, pod.labels));
    }

    /** What a peer means beyond the stack, or undefined where it can only mean workloads of the stack. */
    public foreign(peer: unknown): Endpoint | undefined {
        const { ipBlock, namespaceSelector, podSelector } = obj(peer);
        if (isObj(ipBlock)) {
            const except = strings(ipBlock["except"]);
            return {
                name: `${str(ipBlock["cidr"])}${except.length === 0 ? "" : ` except ${except.join(", ")}`}`,
                namespace: undefined,
            };
        }
        if (!isObj(namespaceSelector)) {
            return undefined;
        }
        const named = obj(namespaceSelector["matchLabels"])[NAMESPACE_LABEL];
        if (typeof named === "string" && this.labels.has(named)) {
            return undefined;
        }
        const namespace = typeof named === "string" ? named : selectorText(namespaceSelector) || "every namespace";
        const pods = isObj(podSelector) ? selectorText(podSelector) : "";
        return { name: pods === "" ? namespace : `${namespace} (${pods})`, namespace };
    }
}

function nameOf(object: KubeObject): string {
    return `${namespaceOf(object)}/${object.name}`;
}

/** A label selector in one line. */
function selectorText(selector: Body): string {
    return [
        ...Object.entries(obj(selector["matchLabels"])).map(([key, value]) => `${key}=${String(value)}`),
        ...list(selector["matchExpressions"]).map((expression) => {
            const { key, operator, values } = obj(expression);
            return `${str(key)} ${str(operator)} ${strings(values).join("|")}`.trim();
        }),
    ].join(", ");
}
