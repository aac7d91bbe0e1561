import { literal, pattern, texts } from "../../policies/engine/cel";
import { endOfDay } from "../../policies/engine/values";
import { BUILT_IN_CARRIERS, MAKERS } from "../../policies/kubernetes/kinds";
import { steps } from "../../policies/kubernetes/path";

/** An object that is admitted whatever a control says of it: by an exception, or by a waiver until it expires. */
export interface Admitted {
    readonly control: string;
    readonly object: string;
    /**
     * The container that it is about; the others are judged.
     * @default none: the object as a whole
     */
    readonly container?: string | undefined;
    /** The fields that it is about, as an exception names them. */
    readonly fields?: readonly string[];
    /**
     * What may stand at these fields, as regular expressions of the whole of it.
     * @default anything
     */
    readonly values?: readonly string[];
    /**
     * Last day (UTC), `YYYY-MM-DD`.
     * @default for ever
     */
    readonly expires?: string;
}

/** An object that waivers name: `<Kind> <namespace>/<name>` or `<Kind> <name>`, where the kind may name its API group. */
interface Waived {
    readonly kind: string;
    readonly group: string | undefined;
    readonly namespace: string;
    readonly name: string;
}

function waivedObject({ object }: Admitted): Waived {
    const [, kind = "", group, place = ""] = /^([^. ]*)(?:\.(\S+))? (.*)$/.exec(object) ?? [];
    const [first = "", second] = place.split("/");
    return {
        kind,
        group,
        ...(second === undefined ? { namespace: "", name: first } : { namespace: first, name: second }),
    };
}

/** Kinds that a controller makes of another kind. */
const MADE: ReadonlySet<string> = new Set(BUILT_IN_CARRIERS.flatMap(({ makes = [] }) => makes).sort());

/**
 * Users of controllers of kube-controller-manager: their own accounts, or itself where they have none
 * (--use-service-account-credentials=false).
 */
export function controllers(...accounts: readonly string[]): readonly string[] {
    return [
        ...accounts.map((account) => `system:serviceaccount:kube-system:${account}`),
        "system:kube-controller-manager",
    ];
}

/**
 * Who makes pods, and the Jobs and ReplicaSets in between, of other objects. A user can take any name and write any owner
 * reference, but not be one of these.
 */
const CONTROLLERS = controllers(
    ...["cronjob", "daemon-set", "deployment", "job", "replicaset", "statefulset"].map((name) => `${name}-controller`),
    "replication-controller",
);

/** An update that leaves the spec as it was, e.g. of labels or of an owner. */
const UNCHANGED = "request.operation == 'UPDATE' && oldObject.?spec.orValue(null) == object.?spec.orValue(null)";

/**
 * True where a waiver or an exception covers the object. What a waived workload makes is told by who makes it: a controller of
 * the cluster, in the name of its owner. Whoever else changes it later is let through only as long as its spec stays as it was.
 *
 * Common Expression Language has no clock, but the API server states when it makes an object before it asks admission, and
 * overwrites what a client states (k8s.io/apiserver, registry/rest, BeforeCreate). So an expired waiver admits nothing new,
 * whether or not the stack is deployed again. An update holds no such time; it is judged by the waivers of the last `up`.
 */
export function waivedExpression(admitted: readonly Admitted[]): string {
    const clauses = new Set(byObject(admitted).flatMap(({ whole, covers }) => (whole ? [covers] : [])));
    return clauses.size === 0 ? "false" : [...clauses].join(" ||\n");
}

/**
 * The names of the containers that what covers the object is about, where it is about no more of it: a list, empty where nothing
 * does. Undefined where there is nothing of this kind.
 */
export function waivedContainers(admitted: readonly Admitted[]): string | undefined {
    const lists = byObject(admitted).flatMap(({ whole, covers, containers }) =>
        whole ? [] : [`(${covers} ? ${texts(containers)} : [])`],
    );
    return lists.length === 0 ? undefined : [...new Set(lists)].join(" +\n");
}

/** What covers one object from a control. */
interface Cover {
    /** CEL: the object is this one, or made by it, and its excepted fields hold what may stand there. */
    readonly covers: string;
    /** Whether it is about more than single containers. */
    readonly whole: boolean;
    readonly containers: readonly string[];
}

function byObject(admitted: readonly Admitted[]): readonly Cover[] {
    // What holds until a day and what holds for ever are told apart: each has to do by itself.
    const objects = Map.groupBy(admitted, ({ object, expires = "" }) => `${expires} ${object}`);
    return [...objects.values()].flatMap((some) => {
        const [first] = some;
        if (first === undefined) {
            return [];
        }
        const bounds = [...new Set(some.flatMap(boundsOf))].map((bound) => ` && ${bound}`);
        const own = clause(waivedObject(first));
        return {
            covers: until(first.expires, bounds.length === 0 ? own : `(${own}${bounds.join("")})`),
            whole: some.some(({ container }) => container === undefined),
            containers: [...new Set(some.flatMap(({ container }) => container ?? []))],
        };
    });
}

const IN_POD = "spec.template.spec.";
const IN_CONTAINERS = `${IN_POD}containers[].`;

/** CEL for each field: nothing stands there but what may. What has no values may hold anything. */
function boundsOf({ container, fields = [], values }: Admitted): readonly string[] {
    if (values === undefined) {
        return [];
    }
    const allowed = pattern(new RegExp(`^(?:|${values.join("|")})$`)); // eslint-disable-line security/detect-non-literal-regexp -- the program's own data
    return fields.map((field) => {
        if (field.startsWith(IN_CONTAINERS)) {
            const named = container === undefined ? "" : `.filter(c, c.name == ${literal(container)})`;
            const inside = everyValue("c", field.slice(IN_CONTAINERS.length), allowed);
            return `variables.allContainers${named}.all(c, ${inside})`;
        }
        return field.startsWith(IN_POD)
            ? everyValue("variables.podSpec", field.slice(IN_POD.length), allowed)
            : everyValue("object", field, allowed);
    });
}

/** CEL: each value at a path below `base`, whose lists are written `[]`, matches; a missing one does. */
function everyValue(base: string, path: string, allowed: string): string {
    const end = path.indexOf("[]");
    if (end >= 0) {
        // Each list has a variable of its own.
        const item = `${base.replace(/\W/g, "")}i`;
        const rest = path.slice(end + 2).replace(/^\./, "");
        return `${optionally(base, path.slice(0, end))}.orValue([]).all(${item}, ${everyValue(item, rest, allowed)})`;
    }
    // Of a host path an exception names its path.
    const place = path.endsWith("hostPath") ? `${path}.path` : path;
    const value = place === "" ? base : `${optionally(base, place)}.orValue('')`;
    return `string(${value}).matches(${allowed})`;
}

function optionally(base: string, path: string): string {
    return steps(path).reduce<string>(
        (found, step) => (/^\w+$/.test(String(step)) ? `${found}.?${step}` : `${found}[?${literal(String(step))}]`),
        base,
    );
}

function until(expires: string | undefined, admits: string): string {
    if (expires === undefined) {
        return admits;
    }
    const end = endOfDay(expires).toISOString().replace(".000Z", "Z");
    const made = "timestamp(object.metadata.creationTimestamp)";
    return `((request.operation != 'CREATE' || ${made} < timestamp(${literal(end)})) && ${admits})`;
}

function clause({ kind, group, namespace, name }: Waived): string {
    const where = `object.metadata.?namespace.orValue('') == ${literal(namespace)}`;
    const self = `(${[
        `object.kind == ${literal(kind)}`,
        ...(group === undefined ? [] : [`object.apiVersion.startsWith(${literal(`${group}/`)})`]),
        `object.metadata.name == ${literal(name)}`,
    ].join(" && ")})`;
    // What makes pods of its own: such a pod is judged again when it is made, and is waived with its maker.
    if (!MAKERS.has(kind)) {
        return `(${where} && ${self})`;
    }
    const made = [
        `object.kind in ${texts(MADE)}`,
        `object.metadata.name.startsWith(${literal(`${name}-`)})`,
        "variables.podSpec != null",
        `variables.podSpec.?serviceAccountName.orValue('') == ${literal(name)}`,
        ownedBy(kind, name),
        `(request.userInfo.username in ${texts(CONTROLLERS)} || ${UNCHANGED})`,
    ].join(" && ");
    return `(${where} && (${self} || (${made})))`;
}

/** The controller's reference names the workload itself, or the ReplicaSet or Job that stands between it and its pods. */
function ownedBy(kind: string, name: string): string {
    const direct = `o.kind == ${literal(kind)} && o.name == ${literal(name)}`;
    const between = `o.kind in ['Job', 'ReplicaSet'] && o.name.startsWith(${literal(`${name}-`)})`;
    return `object.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false) && (${direct} || ${between}))`;
}
