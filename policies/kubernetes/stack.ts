import type { KubeObject } from "./kube";
import { kubeObjects } from "./kube";
import type { PodView } from "./pods";
import { podsOf } from "./pods";
import type { Resource } from "./resource";
import { parted, setsLabel } from "./controller-labels";
import { append, LabelIndex } from "./selectors";
import { ifKnown } from "./unknown";

/**
 * A whole stack, each index built once and on first use, so that stack-wide controls stay linear. Controls see its objects
 * in one order, whatever the order they came in, so that none can come to depend on it.
 */
export class Stack {
    /** The objects by kind, namespace and name. */
    public readonly objects: readonly KubeObject[];
    /** The same in the order they came in, for reports. */
    public readonly given: readonly KubeObject[];
    private readonly kinds = new Map<string, KubeObject[]>();
    private readonly names = new Map<string, KubeObject>();
    private readonly memos = new Map<unknown, unknown>();

    /**
     * @param definitions CustomResourceDefinitions that the stack's custom resources are held to and that it does not deploy
     */
    constructor(
        public readonly resources: readonly Resource[],
        public readonly definitions: readonly Resource[] = [],
    ) {
        this.given = resources.flatMap((resource) => kubeObjects(resource));
        this.objects = inOneOrder(this.given);
        for (const object of this.objects) {
            append(this.kinds, object.kind, object);
            const name = key(object.kind, object.namespace, object.name);
            // A patch says too little to stand for the object it changes.
            if (!object.patch || !this.names.has(name)) {
                this.names.set(name, object);
            }
        }
    }

    /** The objects of a kind, in any API group. A patch is among them and marked as such. */
    public ofKind(kind: string): readonly KubeObject[] {
        return this.kinds.get(kind) ?? [];
    }

    /** An object by kind, namespace (empty for cluster-scoped kinds and the default namespace) and name. */
    public find(kind: string, namespace: string, name: string): KubeObject | undefined {
        return this.names.get(key(kind, namespace, name));
    }

    /** Every pod of the stack whose content is known, but for what is only laid over the pods of a controller. */
    public pods(): readonly PodView[] {
        return this.memo(knownPods);
    }

    /** The pods of one namespace. */
    public podsIn(namespace: string): readonly PodView[] {
        return this.memo(podIndex).in(namespace || DEFAULT_NAMESPACE);
    }

    /** The pods that a label selector picks in one namespace. An absent selector picks none, an empty one all. */
    public select(namespace: string, selector: unknown): readonly PodView[] {
        const place = namespace || DEFAULT_NAMESPACE;
        const { own, added } = parted(selector);
        const found = this.memo(podIndex).select(place, own);
        return added.length === 0
            ? found
            : found.filter(({ object }) => added.every((labels) => labels.some((label) => setsLabel(object, label))));
    }

    /** What `build` makes of this stack: built on first use, then kept for every control that asks. */
    public memo<T>(build: (stack: Stack) => T): T {
        if (!this.memos.has(build)) {
            this.memos.set(build, build(this));
        }
        return this.memos.get(build) as T;
    }
}

/** Objects of one name are told apart by what they hold, which is looked at for them alone. */
function inOneOrder(objects: readonly KubeObject[]): readonly KubeObject[] {
    const text = (object: KubeObject) => ifKnown(() => JSON.stringify(object.body)) ?? "";
    return objects
        .map((object) => ({ object, place: `${key(object.kind, object.namespace, object.name)}\u0000${object.group}` }))
        .sort(
            (one, other) =>
                compare(one.place, other.place) ||
                (one.object === other.object ? 0 : compare(text(one.object), text(other.object))),
        )
        .map(({ object }) => object);
}

function compare(one: string, other: string): number {
    return one < other ? -1 : one > other ? 1 : 0;
}

/** Where an object goes whose manifest names no namespace, unless whoever applies it says otherwise. */
export const DEFAULT_NAMESPACE = "default";

/** The namespace of a namespaced object: two objects that name none share one. */
export function namespaceOf(object: KubeObject): string {
    return object.namespace || DEFAULT_NAMESPACE;
}

function key(kind: string, namespace: string, name: string): string {
    return `${kind}\u0000${namespace || DEFAULT_NAMESPACE}\u0000${name}`;
}

/** An unknown pod is left out here; the controls over pods report it as unverifiable. */
function knownPods(stack: Stack): readonly PodView[] {
    return stack.objects.flatMap((object) => (ifKnown(() => podsOf(object)) ?? []).filter(({ partial }) => !partial));
}

function podIndex(stack: Stack): LabelIndex<PodView> {
    return new LabelIndex(
        stack.pods(),
        (pod) => namespaceOf(pod.object),
        (pod) => pod.labels,
    );
}
