import type { Block } from "../breadth";
import { setsLabel } from "../controller-labels";
import type { Body, KubeObject } from "../kube";
import { isObj, list, obj, str, strings } from "../kube";
import type { ContainerView, PodView } from "../pods";
import { ifKnown } from "../unknown";
import type { Match } from "./match";
import { certain, every, not } from "./match";
import type { Listener } from "./ports";

/** Labels as far as they are known. */
export interface Labels {
    /** Null where a label is known not to be there. */
    readonly known: Body;
    /** There are no others. */
    readonly complete: boolean;
    /** The object whose controller adds labels of its own. */
    readonly object?: KubeObject;
}

/** Pods of one shape: those that a template makes, or one that is only known by some of its labels. */
export interface PodParty {
    readonly kind: "pod";
    readonly namespace: string;
    readonly namespaceLabels: Labels;
    readonly labels: Labels;
    /** Unknown where the pod is not in the stack. */
    readonly containers: readonly ContainerView[] | undefined;
    readonly hostNetwork: Match;
    /** The pod's addresses, where it runs already. */
    readonly addresses: readonly string[];
    /** The node it runs on, where that is known. */
    readonly node: string;
    readonly serviceAccount: string | undefined;
    readonly view?: PodView;
}

/** An address, or each one of a range, outside the cluster. */
export interface AddressParty {
    readonly kind: "address";
    readonly block: Block;
}

/** A node of the cluster, in its own network. */
export interface NodeParty {
    readonly kind: "node";
    /** Empty where it is any of them. */
    readonly name: string;
    readonly addresses: readonly string[];
}

/** One end of a connection; `anywhere` is whoever there is, inside and outside. */
export type Party = PodParty | AddressParty | NodeParty | { readonly kind: "anywhere" };

export const ANYWHERE: Party = { kind: "anywhere" };

/** The party of an address, or of a range in CIDR notation without some exceptions. */
export function addressParty(cidr: string, except: readonly string[] = []): AddressParty {
    return { kind: "address", block: { cidr, except } };
}

/** The party of a pod that is not in the stack: whoever has these labels, and maybe others, in such a namespace. */
export function strangerParty(namespace: string, namespaceLabels: Body, labels: Body): PodParty {
    return {
        kind: "pod",
        namespace,
        namespaceLabels: { known: namespaceLabels, complete: false },
        labels: { known: labels, complete: false },
        containers: undefined,
        hostNetwork: "no",
        addresses: [],
        node: "",
        serviceAccount: undefined,
    };
}

/** The party of a pod of the stack. */
export function podParty(view: PodView, namespace: string, namespaceLabels: Labels): PodParty {
    const known = ifKnown(() => ({ ...view.labels }));
    const hostNetwork = ifKnown(() => certain(view.spec["hostNetwork"] === true)) ?? "maybe";
    const status = obj(view.object.kind === "Pod" ? view.object.body["status"] : undefined);
    return {
        kind: "pod",
        namespace,
        namespaceLabels,
        labels: { known: known ?? {}, complete: known !== undefined, object: view.object },
        containers: view.containers,
        hostNetwork,
        addresses: list(status["podIPs"]).map((entry) => str(obj(entry)["ip"])),
        node: ifKnown(() => str(view.spec["nodeName"])) ?? "",
        serviceAccount: ifKnown(() => str(view.spec["serviceAccountName"]) || "default"),
        view,
    };
}

/** What listens at a party. */
export function listenerOf(party: Party): Listener {
    switch (party.kind) {
        case "pod":
            return party.containers ?? "unknown";
        case "anywhere":
            return "unknown";
        default:
            return "none";
    }
}

/** Says whether a label selector (meta/v1 LabelSelector) takes some labels. An empty one takes all, an absent one none. */
export function takes(selector: unknown, labels: Labels): Match {
    if (!isObj(selector)) {
        return "no";
    }
    return every(requirementsOf(selector), (requirement) => meets(requirement, labels));
}

/** What a label selector asks for, its equalities written as requirements too. */
export function requirementsOf(selector: Body): readonly Body[] {
    const equalities = Object.entries(obj(selector["matchLabels"]));
    return [
        ...equalities.map(([key, value]) => ({ key, operator: "In", values: [value] })),
        ...list(selector["matchExpressions"]).map(obj),
    ];
}

function meets(requirement: Body, labels: Labels): Match {
    const key = str(requirement["key"]);
    const values = strings(requirement["values"]);
    switch (requirement["operator"]) {
        case "In":
            return labelIs(labels, key, (value) => values.includes(value), values);
        case "NotIn":
            return not(labelIs(labels, key, (value) => values.includes(value), values));
        case "Exists":
            return labelIs(labels, key, () => true);
        case "DoesNotExist":
            return not(labelIs(labels, key, () => true));
        default:
            return "no";
    }
}

/**
 * Says whether a label is there and its value passes a test.
 *
 * @param values those that pass, where they can be listed
 */
export function labelIs(
    { known, complete, object }: Labels,
    key: string,
    test: (value: string) => boolean,
    values?: readonly string[],
): Match {
    // A label that is unknown in preview throws when it is read.
    const held = ifKnown(() => (Object.hasOwn(known, key) ? { value: known[key] } : {}));
    if (held === undefined) {
        return "maybe";
    }
    if ("value" in held) {
        return typeof held.value === "string" ? certain(test(held.value)) : "no";
    }
    return complete && (object === undefined || !isAdded(object, key, values)) ? "no" : "maybe";
}

/** A controller may add the label, with one of some values, to the pods it makes. */
function isAdded(object: KubeObject, name: string, values?: readonly string[]): boolean {
    const asked = values ?? ["", "-", "-0"].map((end) => `${object.name}${end}`);
    return asked.some((value) => setsLabel(object, { name, value }));
}
