import type { Cut, EdgeFamily, Link } from "../../edge";
import type { GrantView } from "../../grants";
import { bindingNode, givesEveryRight, grantsWith, subjectNode } from "../../grants";
import type { Landscape } from "../../landscape";
import type { PathNode } from "../../nodes";
import type { Held, Holding, Right } from "../../rights";
import { holdingInNamespace, holdingOf, isHeld } from "../../rights";
import { append } from "../../../kubernetes/selectors";

/** What the attacker comes to by some rights, where they hold. */
export interface Reach {
    /** Empty: in every namespace. */
    readonly namespace: string;
    /** The objects of the last right that they may do it to; undefined: all of them. */
    readonly names: readonly string[] | undefined;
}

/** A family of edges out of bindings. */
export interface RbacFamily extends Omit<EdgeFamily, "find" | "cut"> {
    /** All of them are needed. */
    readonly rights: readonly [Right, ...Right[]];
    readonly leadsTo: (landscape: Landscape, reach: Reach) => Iterable<PathNode>;
    readonly cut: Omit<Cut, "effort">;
}

/** Makes a family of edges of rights: from each binding that gives them all, and from each subject that has them of several. */
export function rbacFamily({ rights, leadsTo, cut, ...family }: RbacFamily): EdgeFamily {
    const spec = { rights, leadsTo };
    return {
        ...family,
        rights,
        cut: { effort: "change", ...cut },
        *find(landscape) {
            const partial = new Map<PathNode, Part[]>();
            // What gives every right is said once, by a family of its own.
            for (const grant of grantsWith(landscape, rights).filter((each) => !givesEveryRight(each))) {
                const holdings = rights.map((right) => heldBy(grant, right));
                const held = holdings.map(isHeld);
                const isWhole = held.every(Boolean);
                if (isWhole) {
                    yield* outOf(landscape, grant, spec);
                }
                // What leads to some by their names leads to more beside a binding that gives the last right to all.
                if (isWhole ? holdings.at(-1)?.all === undefined : held.some(Boolean)) {
                    const part = { grant, held, isWhole };
                    for (const subject of grant.subjects) {
                        const node = subjectNode(landscape, subject);
                        if (node !== undefined) {
                            append(partial, node, part);
                        }
                    }
                }
            }
            yield* joined(landscape, partial, spec, family.name);
        },
    };
}

type Spec = Pick<RbacFamily, "rights" | "leadsTo">;

/** A binding that gives some of the rights, with which; or all of them, the last by names. */
interface Part {
    readonly grant: GrantView;
    readonly held: readonly boolean[];
    readonly isWhole: boolean;
}

function heldBy({ namespace, rules }: GrantView, right: Right): Holding {
    return namespace === "" ? holdingOf(rules, right) : holdingInNamespace(rules, right);
}

/** The API server restores its own roles and bindings at every start. */
export const SHIPPED: Pick<Link, "cut"> = { cut: { effort: "never", remedy: "" } };

/** Where a right is given, and every request that the API server has to allow for it. */
function reasonOf(
    { namespace, role, binding }: GrantView,
    held: Held | undefined,
    others: readonly Held[] = [],
): Pick<Link, "object" | "field" | "requests" | "cut"> {
    const all = held === undefined ? others : [...others, held];
    return {
        object: role ?? binding,
        field: role === undefined || held === undefined ? "roleRef" : held.path,
        requests: all.map(({ request }) => ({ ...request, namespace })),
        ...(binding === undefined && SHIPPED),
    };
}

function* outOf(landscape: Landscape, grant: GrantView, { rights, leadsTo }: Spec): Iterable<Link> {
    const from = bindingNode(landscape, grant);
    const holdings = rights.map((right) => heldBy(grant, right));
    const last = holdings.at(-1);
    const first = holdings.slice(0, -1).flatMap(({ all, named }) => all ?? [...named.values()].slice(0, 1));
    const link = (to: PathNode, held: Held): Link => ({ from, to, ...reasonOf(grant, held, first) });
    if (last?.all !== undefined) {
        for (const to of leadsTo(landscape, { namespace: grant.namespace, names: undefined })) {
            yield link(to, last.all);
        }
    } else {
        for (const [name, held] of last?.named ?? []) {
            for (const to of leadsTo(landscape, { namespace: grant.namespace, names: [name] })) {
                yield link(to, held);
            }
        }
    }
}

/** Rights that a subject has of several bindings. Each stands behind the one before, so that ending any ends them all. */
function* joined(
    landscape: Landscape,
    partial: ReadonlyMap<PathNode, readonly Part[]>,
    spec: Spec,
    family: string,
): Iterable<Link> {
    for (const [subject, parts] of partial) {
        for (const namespace of new Set(parts.map(({ grant }) => grant.namespace))) {
            const here = parts.filter(({ grant }) => grant.namespace === "" || grant.namespace === namespace);
            const givers = spec.rights.map((_, index) => here.filter(({ held }) => held[index] === true));
            // What holds in the whole cluster holds here too, and is said there.
            const isNew =
                namespace === "" || givers.some((some, index) => !some.some((part) => saysAll(spec, index, part)));
            const isJoined = here.some(({ isWhole }) => !isWhole);
            if (isNew && isJoined && givers.every((some) => some.length > 0)) {
                yield* chain(landscape, { subject, namespace, givers, spec, family });
            }
        }
    }
}

/** Says whether nothing that a namespace adds to a right leads to more. Which of the objects counts for the last right alone. */
function saysAll({ rights }: Spec, index: number, { grant }: Part): boolean {
    const [right, ...more] = rights.slice(index);
    const isForAll = right !== undefined && heldBy(grant, right).all !== undefined;
    return grant.namespace === "" && (more.length > 0 || isForAll);
}

interface Chain {
    readonly subject: PathNode;
    readonly namespace: string;
    readonly givers: readonly (readonly Part[])[];
    readonly spec: Spec;
    readonly family: string;
}

function* chain(landscape: Landscape, { subject, namespace, givers, spec, family }: Chain): Iterable<Link> {
    let from = subject;
    for (const [index, right] of spec.rights.entries()) {
        const isLast = index === spec.rights.length - 1;
        const title = `right ${index + 1} of ${spec.rights.length} for ${family}, ${subject.kind} ${subject.namespace}/${subject.name}`;
        const step = isLast ? undefined : landscape.node("step", namespace, title);
        for (const { grant } of givers[index] ?? []) {
            const { all, named } = heldBy(grant, right);
            const reach = { namespace, names: all === undefined ? [...named.keys()] : undefined };
            const [held] = all === undefined ? named.values() : [all];
            for (const to of step === undefined ? spec.leadsTo(landscape, reach) : [step]) {
                yield { from, to, ...reasonOf(grant, held) };
            }
        }
        from = step ?? from;
    }
}
