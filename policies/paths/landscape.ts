import type { KubeObject } from "../kubernetes/kube";
import { describe } from "../kubernetes/kube";
import type { PodView } from "../kubernetes/pods";
import { podsOf } from "../kubernetes/pods";
import { append } from "../kubernetes/selectors";
import type { Stack } from "../kubernetes/stack";
import { namespaceOf } from "../kubernetes/stack";
import { isUnknownValueError } from "../kubernetes/unknown";
import type { Unseen } from "./graph";
import type { NodeKind, PathNode } from "./nodes";

/** What the families of edges find their links in: the objects of a stack, and the nodes that stand for them. */
export class Landscape {
    public readonly nodes: PathNode[] = [];
    /** Every namespace that is an object of the stack or holds one. */
    public readonly namespaces: ReadonlySet<string>;
    private readonly byKey = new Map<string, PathNode>();
    private readonly byPod = new Map<PodView, PathNode>();
    private readonly unread = new Map<string, Unseen>();
    private readonly members = new Map<NodeKind, PathNode[]>();

    constructor(public readonly stack: Stack) {
        for (const resource of stack.resources) {
            if (resource.opaque !== undefined) {
                this.unread.set(resource.urn ?? resource.source, {
                    what: resource.urn ?? resource.source,
                    why: resource.opaque,
                });
            }
        }
        this.namespaces = new Set([
            // Every cluster has it, with the accounts of its controllers.
            "kube-system",
            ...stack.ofKind("Namespace").map(({ name }) => name),
            ...stack.objects.filter(({ namespace }) => namespace !== "").map(({ namespace }) => namespace),
            ...stack.pods().map(({ object }) => namespaceOf(object)),
        ]);
        for (const object of stack.objects) {
            this.read(object, () => podsOf(object));
        }
    }

    /** What could not be read. */
    public get unseen(): readonly Unseen[] {
        return [...this.unread.values()];
    }

    /** The node of a kind and name, made where it is new. */
    public node(kind: NodeKind, namespace = "", name = "", object?: KubeObject): PathNode {
        const key = `${kind}\u0000${namespace}\u0000${name}`;
        let node = this.byKey.get(key);
        if (node === undefined) {
            node = { id: this.nodes.length, kind, namespace, name, object };
            this.nodes.push(node);
            this.byKey.set(key, node);
            append(this.members, kind, node);
        }
        return node;
    }

    /** The node of a kind and name, where there is one by now. */
    public existing(kind: NodeKind, namespace: string, name: string): PathNode | undefined {
        return this.byKey.get(`${kind}\u0000${namespace}\u0000${name}`);
    }

    /** The nodes of a kind that there are by now. */
    public nodesOf(kind: NodeKind): readonly PathNode[] {
        return this.members.get(kind) ?? [];
    }

    /** The node of code in a pod. An object that carries several has a node for each. */
    public pod(pod: PodView): PathNode {
        let node = this.byPod.get(pod);
        if (node === undefined) {
            const { object, path } = pod;
            const group = object.group === "" ? "" : `.${object.group}`;
            node = this.node("pod", namespaceOf(object), `${object.kind}${group}/${object.name}/${path}`, object);
            this.byPod.set(pod, node);
        }
        return node;
    }

    /** What `read` returns; undefined where it needs a value that is unknown before deployment, which is kept in mind. */
    public read<T>(object: KubeObject, read: () => T): T | undefined {
        try {
            return read();
        } catch (error) {
            if (!isUnknownValueError(error)) {
                throw error;
            }
            const what = describe(object);
            this.unread.set(what, { what, why: error.message, value: { object, error } });
            return undefined;
        }
    }

    /** What `find` finds for each item; an unknown value in one of them leaves out the rest of that one alone. */
    public *each<T, L>(
        items: Iterable<T>,
        objectOf: (item: T) => KubeObject,
        find: (item: T) => Iterable<L>,
    ): Iterable<L> {
        for (const item of items) {
            const links: L[] = [];
            this.read(objectOf(item), () => {
                for (const link of find(item)) {
                    links.push(link);
                }
            });
            yield* links;
        }
    }

    /** The same for objects themselves. */
    public eachObject<L>(objects: Iterable<KubeObject>, find: (object: KubeObject) => Iterable<L>): Iterable<L> {
        return this.each(objects, (object) => object, find);
    }
}
