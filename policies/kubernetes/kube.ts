import { isBuiltIn } from "./api";
import { holdsPatterns, podCarrier } from "./kinds";
import type { Resource } from "./resource";
import { ifKnown } from "./unknown";
import type { Node } from "./walk";
import { isRecord, rootOf, walk } from "./walk";

/** One Kubernetes object: a resource of its own, or an item of a `…List`. */
export interface KubeObject {
    readonly resource: Resource;
    /** `apps` for `apps/v1`; empty for the core group. */
    readonly group: string;
    readonly version: string;
    readonly apiVersion: string;
    /** Never a list: a `DeploymentList` becomes its Deployments. */
    readonly kind: string;
    /** Empty where the manifest names none (cluster-scoped, or the namespace of whoever applies it) or it is unknown in preview. */
    readonly namespace: string;
    /** The `generateName` where there is no name; empty where there is neither or it is unknown in preview. */
    readonly name: string;
    readonly labels: Readonly<Record<string, unknown>>;
    readonly annotations: Readonly<Record<string, unknown>>;
    readonly body: Body;
    /** Path of this object within its resource: empty, or `items[2].` for a list. */
    readonly prefix: string;
    /** A Server-Side Apply patch: it states only what it changes, so what it leaves out is no fault. */
    readonly patch: boolean;
}

/** A JSON object of unchecked content. */
export type Body = Readonly<Record<string, unknown>>;

const EMPTY: Body = Object.freeze({});

/** `value` where it is a JSON object, otherwise an empty one. */
export function obj(value: unknown): Body {
    return isObj(value) ? value : EMPTY;
}

/** Says whether `value` is a JSON object. */
export function isObj(value: unknown): value is Body {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `value` where it is an array, otherwise an empty one. */
export function list(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? value : [];
}

/** The strings of an array; anything else in it is left out. */
export function strings(value: unknown): readonly string[] {
    return list(value).filter((item): item is string => typeof item === "string");
}

/** `value` where it is a string, otherwise empty. */
export function str(value: unknown): string {
    return typeof value === "string" ? value : "";
}

/** Every Kubernetes object of a resource; none for a Pulumi component, provider or opaque release. */
export function kubeObjects(resource: Resource): readonly KubeObject[] {
    const [scheme, , tokenKind = ""] = resource.type.split(":");
    if (scheme !== "kubernetes") {
        return [];
    }
    const found: KubeObject[] = [];
    collect(resource, resource.props, "", tokenKind, found);
    return found;
}

function collect(resource: Resource, body: Body, prefix: string, tokenKind: string, found: KubeObject[]): void {
    const kind = str(body["kind"]);
    const apiVersion = str(body["apiVersion"]);
    if (kind === "" || apiVersion === "") {
        return;
    }
    // For kubectl an object with a list of items is a list, whatever its kind says. It reads no list in a list; a program can
    // make one, and what is in it is judged however deep it is.
    if (Array.isArray(body["items"])) {
        const itemKind = kind.replace(/List$/, "");
        list(body["items"]).forEach((item, index) => {
            // Items of a typed list may leave out what the list already says.
            const typed = itemKind === "" ? obj(item) : withType(obj(item), apiVersion, itemKind);
            collect(resource, typed, `${prefix}items[${index}].`, "", found);
        });
        return;
    }
    const object = new ManifestObject(resource, apiVersion, kind, body, prefix, tokenKind === `${kind}Patch`);
    found.push(object);
    if (mayHoldObjects(object)) {
        for (const { value, path } of embeddedIn(object).whole) {
            collect(resource, obj(value), `${path}.`, "", found);
        }
    }
}

/** The API group of OpenShift's templates. */
const TEMPLATES = "template.openshift.io";

/**
 * Says whether the controller of an object may make the whole objects that stand in it, as those of a ManifestWork, a SyncSet
 * or a Crossplane Object do. The API's own kinds hold none; what admission and policy engines hold are patterns.
 */
function mayHoldObjects({ group }: KubeObject): boolean {
    return !isBuiltIn(group) && !holdsPatterns(group);
}

/** Says whether a value within an object is an object of its own, and not a reference to one, which has no metadata. */
export function isWholeObject(value: unknown): value is Body {
    return (
        isObj(value) &&
        ifKnown(() => str(value["apiVersion"]) !== "" && str(value["kind"]) !== "" && isObj(value["metadata"])) === true
    );
}

/**
 * The whole objects within one that makes them, and whether more may be there than can be seen: something of it, or of a
 * template, is unknown in preview.
 */
function embeddedIn(object: KubeObject): { readonly whole: readonly Node[]; readonly unknown: boolean } {
    const root = rootOf(object);
    const value = object.group === TEMPLATES ? ifKnown(() => filled(object.body)) : object.body;
    const whole: Node[] = [];
    let unknown = value === undefined;
    // What is the pod of a kind that is known to carry it may be written as an object of its own.
    const pods = podCarrier(object.group, object.kind)?.places.map(({ at }) => at) ?? [];
    walk({ ...root, value }, (node) => {
        unknown ||= node.unknown === true;
        const isWhole = node.within !== undefined && isWholeObject(node.value) && !holdsPlace(node, pods);
        if (isWhole) {
            whole.push(node);
        }
        return !isWhole && !isRecord(node);
    });
    return { whole, unknown };
}

/** Says whether a value stands on the way to one of some places of its object, or is it. */
function holdsPlace(node: Node, places: readonly (readonly string[])[]): boolean {
    const way: string[] = [];
    for (let { within } = node; within !== undefined; { within } = within.holder) {
        way.unshift(within.key);
    }
    return places.some((place) => way.every((key, index) => place[index] === "*" || place[index] === key));
}

/** Says whether an object that is there to make others may make some that are unknown in preview. */
export function hidesObjects(object: KubeObject): boolean {
    const isCarrier = (podCarrier(object.group, object.kind)?.places.length ?? 0) > 0;
    return !isCarrier && mayHoldObjects(object) && embeddedIn(object).unknown;
}

/** A template with the values that its parameters have by default, as `oc process` fills them in; others stay as written. */
function filled(template: Body): Body {
    const values = new Map(
        list(template["parameters"])
            .map(obj)
            .flatMap(({ name, value }) => (typeof value === "string" ? [[str(name), value] as const] : [])),
    );
    const fill = (value: unknown): unknown => {
        if (typeof value === "string") {
            const whole = values.get(/^\$\{\{(\w+)\}\}$/.exec(value)?.[1] ?? "");
            return whole === undefined
                ? value.replace(/\$\{(\w+)\}/g, (written, name: string) => values.get(name) ?? written)
                : unquoted(whole);
        }
        if (Array.isArray(value)) {
            return value.map(fill);
        }
        return isObj(value)
            ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]))
            : value;
    };
    return { ...template, objects: fill(template["objects"]) };
}

/** A parameter in double braces stands for a number, a truth value or whatever else its text is in JSON. */
function unquoted(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}

/** A class, because an object literal with accessors is slow to make, and large scans make one for every manifest. */
class ManifestObject implements KubeObject {
    public readonly group: string;
    public readonly version: string;
    public readonly namespace: string;
    public readonly name: string;

    constructor(
        public readonly resource: Resource,
        public readonly apiVersion: string,
        public readonly kind: string,
        public readonly body: Body,
        public readonly prefix: string,
        public readonly patch: boolean,
    ) {
        const [group = "", version = ""] = apiVersion.includes("/") ? apiVersion.split("/", 2) : ["", apiVersion];
        this.group = group;
        this.version = version;
        // A report has to call the object something even where it has no name yet.
        this.namespace = ifKnown(() => str(obj(body["metadata"])["namespace"])) ?? "";
        this.name = ifKnown(() => nameIn(body)) ?? "";
    }

    public get labels(): Body {
        return obj(obj(this.body["metadata"])["labels"]);
    }

    public get annotations(): Body {
        return obj(obj(this.body["metadata"])["annotations"]);
    }
}

function nameIn(body: Body): string {
    const metadata = obj(body["metadata"]);
    return str(metadata["name"]) || str(metadata["generateName"]);
}

/** The object's name, for a control that can't do without it: throws where it is unknown in preview. */
export function knownName(object: KubeObject): string {
    return nameIn(object.body);
}

function withType(item: Body, apiVersion: string, kind: string): Body {
    return str(item["kind"]) !== "" && str(item["apiVersion"]) !== "" ? item : { ...item, apiVersion, kind };
}

/** What a message calls an object: `Deployment x0tta6bl4-staging/api`. */
export function describe(object: KubeObject): string {
    const name = object.name || "(unnamed)";
    return `${object.kind} ${object.namespace === "" ? name : `${object.namespace}/${name}`}`;
}

/** A finding's message as every front end prints it: the object, then what is wrong with it. */
export function messageOf(object: KubeObject, message: string): string {
    return `${describe(object)}: ${message}`;
}
