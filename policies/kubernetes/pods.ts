import { rememberEach } from "../memo";
import type { ContainerRole, PodCarrier, PodPlace } from "./kinds";
import { holdsPatterns, podCarrier } from "./kinds";
import type { Body, KubeObject } from "./kube";
import { isObj, isWholeObject, list, obj, str } from "./kube";
import { ifKnown } from "./unknown";
import type { Node } from "./walk";
import { join, rootOf, walk } from "./walk";

export type { ContainerRole } from "./kinds";

/** A container with its full path in the object that carries the pod. */
export interface ContainerView {
    readonly name: string;
    readonly role: ContainerRole;
    /** E.g. `spec.template.spec.initContainers[0]`. */
    readonly path: string;
    readonly body: Body;
    readonly securityContext: Body;
}

/** A pod, wherever it is written: a Pod, a workload's template, or what stands in a custom resource. */
export interface PodView {
    readonly object: KubeObject;
    /** Path of the pod's spec, e.g. `spec.template.spec`. */
    readonly path: string;
    /** What the path of a field of the spec begins with: nothing where the whole object is the spec. */
    readonly prefix: string;
    readonly spec: Body;
    readonly securityContext: Body;
    /** Path of the pod's own metadata, e.g. `spec.template.metadata`. */
    readonly metadataPath: string;
    readonly labels: Body;
    readonly annotations: Body;
    /** All of them, in the order of the manifest: init, main, ephemeral. */
    readonly containers: readonly ContainerView[];
    /** `spec.os.name: windows`: Linux-only fields do not apply. */
    readonly windows: boolean;
    /** `spec.hostUsers: false`: the pod runs in a user namespace of its own. */
    readonly userNamespace: boolean;
    /** It is laid over a pod that a controller makes: what it leaves out is no fault. */
    readonly partial: boolean;
}

const NONE: readonly PodView[] = [];

/**
 * Says whether an object carries a pod: its kind is one of the table of kinds, or something in it looks like a pod's
 * template. Never throws.
 */
export function carriesPod(object: KubeObject): boolean {
    const carrier = podCarrier(object.group, object.kind);
    return carrier === undefined ? podsOf(object).length > 0 : carrier.places.length > 0;
}

/** The pods an object carries, in the order of its manifest. Throws where one of a known kind is unknown in preview. */
export const podsOf = rememberEach((object: KubeObject): readonly PodView[] => {
    const carrier = podCarrier(object.group, object.kind);
    return carrier === undefined ? podsIn(object) : carrier.places.flatMap((place) => podsAt(object, carrier, place));
});

/** The pod of an object that carries no more than one, as those of the Kubernetes API do. Throws like {@link podsOf}. */
export function podOf(object: KubeObject): PodView | undefined {
    return podsOf(object)[0];
}

/** The pods at one place. A template of the API's own that is missing is an empty one: all that it leaves out is at fault. */
function podsAt(object: KubeObject, { makes }: PodCarrier, place: PodPlace): readonly PodView[] {
    const step = (node: Node, name: string): readonly Node[] => {
        if (name === "*") {
            return entriesOf(node);
        }
        const value = obj(node.value)[name];
        return value === undefined && makes === undefined ? [] : [{ value, path: join(node.path, name) }];
    };
    return place.at
        .reduce<readonly Node[]>((nodes, name) => nodes.flatMap((node) => step(node, name)), [rootOf(object)])
        .filter(({ value }) => makes !== undefined || isObj(value))
        .map((node) => buildView(object, node, place));
}

/** The items of a list, or the values of a map. */
function entriesOf({ value, path }: Node): readonly Node[] {
    if (Array.isArray(value)) {
        return value.map((item: unknown, index) => ({ value: item, path: `${path}[${index}]` }));
    }
    return Object.entries(obj(value)).map(([name, item]) => ({ value: item, path: join(path, name) }));
}

/** What looks like a pod in an object of a kind that the table does not hold. What is unknown in preview is passed over. */
function podsIn(object: KubeObject): readonly PodView[] {
    if (holdsPatterns(object.group)) {
        return NONE;
    }
    const found: PodView[] = [];
    walk(rootOf(object), (node) => {
        const { value, within } = node;
        if (!isPodSpec(value)) {
            // What is an object of its own is judged as such.
            return within === undefined || !isWholeObject(value);
        }
        const isTemplate = within?.key === "spec";
        const place: PodPlace = {
            at: [],
            ...(!isTemplate && { spec: [] }),
            ...(!isWhole(value) && { partial: true }),
        };
        found.push(buildView(object, isTemplate ? within.holder : node, place));
        return false;
    });
    return found;
}

/** Says whether a value has a list of containers, each of which has a name or an image. */
function isPodSpec(value: unknown): value is Body {
    const containers = isObj(value) ? ifKnown(() => list(value["containers"])) : undefined;
    return (
        containers !== undefined &&
        containers.length > 0 &&
        containers.every((item) => isObj(item) && ["name", "image"].some((field) => typeof item[field] === "string"))
    );
}

/** A pod whose containers all name an image can run as it is; any other is laid over one that a controller makes. */
function isWhole(spec: Body): boolean {
    return list(spec["containers"]).every((container) => str(obj(container)["image"]) !== "");
}

/** Where a PodSpec of Kubernetes keeps its containers. */
const POD_CONTAINERS = { initContainers: "init", containers: "main", ephemeralContainers: "ephemeral" } as const;

function buildView(object: KubeObject, node: Node, place: PodPlace): PodView {
    const steps = place.spec ?? ["spec"];
    const holder = obj(node.value);
    const spec = steps.reduce<Body>((body, step) => obj(body[step]), holder);
    const path = steps.reduce(join, node.path);
    // A pod's spec that stands alone has no metadata of the pod beside it: what is there belongs to the object.
    const metadata = steps.length === 0 ? {} : obj(holder["metadata"]);
    return {
        object,
        path,
        prefix: path === "" ? "" : `${path}.`,
        spec,
        securityContext: obj(spec["securityContext"]),
        metadataPath: join(node.path, "metadata"),
        labels: obj(metadata["labels"]),
        annotations: obj(metadata["annotations"]),
        containers: Object.entries<ContainerRole>(place.containers ?? POD_CONTAINERS).flatMap(([field, role]) =>
            containersOf(spec, path, field, role),
        ),
        windows: str(obj(spec["os"])["name"]) === "windows",
        userNamespace: spec["hostUsers"] === false,
        partial: place.partial === true,
    };
}

function containersOf(spec: Body, path: string, field: string, role: ContainerRole): readonly ContainerView[] {
    const value = spec[field];
    const nodes = isObj(value)
        ? [{ value, path: join(path, field) }]
        : entriesOf({ value: list(value), path: join(path, field) });
    return nodes.flatMap(({ value: body, path: at }, index) =>
        isObj(body)
            ? [
                  {
                      name: str(body["name"]) || (Array.isArray(value) ? `#${index}` : field),
                      role: role === "init" && body["restartPolicy"] === "Always" ? "sidecar" : role,
                      path: at,
                      body,
                      securityContext: obj(body["securityContext"]),
                  },
              ]
            : [],
    );
}
