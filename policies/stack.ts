import type { Body, KubeObject } from "./kube";
import { isObj, kubeObjects, obj } from "./kube";
import type { PodView } from "./pods";
import { podOf } from "./pods";
import type { Resource } from "./resource";
import { selects } from "./selectors";
import { isUnknownValueError } from "./unknown";

/** A whole stack, each index built once and on first use, so that stack-wide controls stay linear. */
export class Stack {
    public readonly objects: readonly KubeObject[];
    private readonly kinds = new Map<string, KubeObject[]>();
    private readonly names = new Map<string, KubeObject>();
    private podIndex: PodIndex | undefined;

    constructor(public readonly resources: readonly Resource[]) {
        this.objects = resources.flatMap((resource) => kubeObjects(resource));
        for (const object of this.objects) {
            const ofKind = this.kinds.get(object.kind);
            if (ofKind === undefined) {
                this.kinds.set(object.kind, [object]);
            } else {
                ofKind.push(object);
            }
            this.names.set(key(object.kind, object.namespace, object.name), object);
        }
    }

    /** The objects of a kind (never patches' absent parts: a patch is among them and marked as such). */
    public ofKind(kind: string): readonly KubeObject[] {
        return this.kinds.get(kind) ?? [];
    }

    /** An object by kind, namespace (empty for cluster-scoped kinds) and name. */
    public find(kind: string, namespace: string, name: string): KubeObject | undefined {
        return this.names.get(key(kind, namespace, name));
    }

    /** Every pod of the stack whose content is known. */
    public pods(): readonly PodView[] {
        return this.index().pods;
    }

    /** The pods that a label selector picks in one namespace. An absent selector picks none, an empty one all. */
    public select(namespace: string, selector: unknown): readonly PodView[] {
        return this.index().select(namespace, selector);
    }

    private index(): PodIndex {
        return (this.podIndex ??= new PodIndex(this.objects));
    }
}

function key(kind: string, namespace: string, name: string): string {
    return `${kind}\u0000${namespace}\u0000${name}`;
}

/** Pods by namespace and label, so that a selector looks only at the pods that carry its rarest label. */
class PodIndex {
    public readonly pods: readonly PodView[];
    private readonly byNamespace = new Map<string, PodView[]>();
    private readonly byLabel = new Map<string, PodView[]>();

    constructor(objects: readonly KubeObject[]) {
        this.pods = objects.flatMap((object) => knownPod(object) ?? []);
        for (const pod of this.pods) {
            const namespace = pod.object.namespace;
            append(this.byNamespace, namespace, pod);
            for (const [name, value] of Object.entries(pod.labels)) {
                append(this.byLabel, labelKey(namespace, name, value), pod);
            }
        }
    }

    public select(namespace: string, selector: unknown): readonly PodView[] {
        if (!isObj(selector)) {
            return [];
        }
        return this.candidates(namespace, obj(selector["matchLabels"])).filter((pod) => selects(selector, pod.labels));
    }

    private candidates(namespace: string, matchLabels: Body): readonly PodView[] {
        let smallest = this.byNamespace.get(namespace) ?? [];
        for (const [name, value] of Object.entries(matchLabels)) {
            const carriers = this.byLabel.get(labelKey(namespace, name, value)) ?? [];
            if (carriers.length < smallest.length) {
                smallest = carriers;
            }
        }
        return smallest;
    }
}

/** An unknown pod is left out here; the controls over pods report it as unverifiable. */
function knownPod(object: KubeObject): PodView | undefined {
    try {
        return podOf(object);
    } catch (error) {
        if (isUnknownValueError(error)) {
            return undefined;
        }
        throw error;
    }
}

function labelKey(namespace: string, name: string, value: unknown): string {
    return `${namespace}\u0000${name}\u0000${String(value)}`;
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
    const values = map.get(key);
    if (values === undefined) {
        map.set(key, [value]);
    } else {
        values.push(value);
    }
}
