import { literal, texts } from "../../policies/engine/cel";
import { endOfDay } from "../../policies/engine/values";
import { BUILT_IN_CARRIERS, MAKERS } from "../../policies/kubernetes/kinds";

/** An object that is admitted whatever a control says of it: by an exception, or by a waiver until it expires. */
export interface Admitted {
    readonly control: string;
    readonly object: string;
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
    const clauses = new Set(admitted.map((one) => until(one.expires, clause(waivedObject(one)))));
    return clauses.size === 0 ? "false" : [...clauses].join(" ||\n");
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
