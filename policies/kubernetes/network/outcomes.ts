import type { RuleRef } from "./answer";
import type { Match } from "./match";
import type { PortRange, PortSet } from "./ports";

/**
 * What may become of a connection, as a set of bits: what is certain is one bit. Rules are laid over each other from the
 * last to the first, so that what an earlier one decides hides what later ones would have.
 */
export const ALLOW = 1;
export const DENY = 2;
/** The rule or layer leaves the decision to what comes next. */
export const NEXT = 4;

/** What a rule does with the traffic that it matches. `pass` leaves out what is left of its layer. */
export type Action = "allow" | "deny" | "pass";

const BIT: Readonly<Record<Action, number>> = { allow: ALLOW, deny: DENY, pass: NEXT };

/** A rule as it stands between two given ends. */
export interface Step {
    readonly action: Action;
    readonly match: Match;
    readonly ports: PortSet;
    readonly by: RuleRef;
}

/** Ports of which one thing becomes, and the rules that decide it. */
export interface Segment extends PortRange {
    readonly outcomes: number;
    readonly by: readonly RuleRef[];
}

/** What a layer does with traffic that no rule of it decides. */
export interface End {
    readonly outcomes: number;
    readonly by: readonly RuleRef[];
}

/** Rules in order. Those of one group have no order among each other that could be relied on. */
export interface Layer {
    readonly groups: readonly (readonly (readonly Step[])[])[];
    readonly end: End;
}

/** Some ports of which one thing becomes. */
export function segments(universe: readonly PortRange[], { outcomes, by }: End): readonly Segment[] {
    return universe.map((range) => ({ ...range, outcomes, by }));
}

/** What becomes of the ports of `below`, once a layer stands in front of it. */
export function through(layer: Layer, below: readonly Segment[]): readonly Segment[] {
    const atEnd = below.map((segment) => afterwards(segment, layer.end));
    return layer.groups.reduceRight<readonly Segment[]>((after, group) => throughGroup(group, after, below), atEnd);
}

/** NEXT of an end stands for what comes below. */
function afterwards(below: Segment, end: End): Segment {
    if (end.outcomes === NEXT) {
        return below;
    }
    const open = (end.outcomes & NEXT) !== 0;
    return {
        ...below,
        outcomes: (end.outcomes & ~NEXT) | (open ? below.outcomes : 0),
        by: open ? [...end.by, ...below.by] : end.by,
    };
}

function throughGroup(
    group: readonly (readonly Step[])[],
    after: readonly Segment[],
    below: readonly Segment[],
): readonly Segment[] {
    const each = group.map((steps) => throughSteps(steps, after, below));
    return each.slice(1).reduce((known, other) => merge(known, other, after), each[0] ?? after);
}

/** Of policies without an order any that decides may be the first; one that decides nothing changes nothing. */
function merge(one: readonly Segment[], other: readonly Segment[], after: readonly Segment[]): readonly Segment[] {
    return one.flatMap((left) =>
        other.flatMap((right) =>
            after.flatMap((rest) => {
                const range = common(left, common(right, rest));
                if (range === undefined) {
                    return [];
                }
                const deciding = [left, right].filter((segment) => !isSame(segment, rest));
                const [first = rest, second = first] = deciding;
                return [
                    {
                        ...range,
                        outcomes: first.outcomes | second.outcomes,
                        by: first === second ? first.by : [...first.by, ...second.by],
                    },
                ];
            }),
        ),
    );
}

function isSame(one: Segment, other: Segment): boolean {
    return one.outcomes === other.outcomes && one.by === other.by;
}

function throughSteps(
    steps: readonly Step[],
    after: readonly Segment[],
    below: readonly Segment[],
): readonly Segment[] {
    return steps.reduceRight((rest, step) => throughStep(step, rest, below), after);
}

function throughStep(step: Step, rest: readonly Segment[], below: readonly Segment[]): readonly Segment[] {
    if (step.match === "no") {
        return rest;
    }
    const decided = (segment: Segment): Segment => ({ ...segment, outcomes: BIT[step.action], by: [step.by] });
    const certainly = step.match === "yes" ? step.ports.certain : [];
    const maybe = step.match === "yes" ? step.ports.possible : [...step.ports.certain, ...step.ports.possible];
    const doubted = overlaid(rest, maybe, (segment) => ({
        ...segment,
        outcomes: segment.outcomes | BIT[step.action],
        by: [step.by, ...segment.by],
    }));
    const laid = overlaid(doubted, certainly, decided);
    return step.action === "pass" ? passed(laid, below) : laid;
}

/** A rule that passes hands its ports to what comes below the layer. */
function passed(laid: readonly Segment[], below: readonly Segment[]): readonly Segment[] {
    return laid.flatMap((segment) =>
        (segment.outcomes & NEXT) === 0
            ? [segment]
            : below.flatMap((next) => {
                  const range = common(segment, next);
                  const { outcomes, by } = segment;
                  return range === undefined
                      ? []
                      : [{ ...range, outcomes: (outcomes & ~NEXT) | next.outcomes, by: [...by, ...next.by] }];
              }),
    );
}

/** The segments, with those parts changed that lie in some ports. */
function overlaid(
    all: readonly Segment[],
    ports: readonly PortRange[],
    change: (segment: Segment) => Segment,
): readonly Segment[] {
    return ports.reduce<readonly Segment[]>(
        (known, range) =>
            known.flatMap((segment) => {
                const inside = common(segment, range);
                return inside === undefined
                    ? [segment]
                    : [
                          ...(segment.from < inside.from ? [{ ...segment, to: inside.from - 1 }] : []),
                          change({ ...segment, ...inside }),
                          ...(inside.to < segment.to ? [{ ...segment, from: inside.to + 1 }] : []),
                      ];
            }),
        all,
    );
}

/** What two directions make together: a connection needs both. */
export function together(one: readonly Segment[], other: readonly Segment[]): readonly Segment[] {
    return combined(one, other, (left, right) => {
        const denying = [left, right].filter(({ outcomes }) => outcomes === DENY);
        if (denying.length > 0) {
            return { outcomes: DENY, by: denying.flatMap(({ by }) => by) };
        }
        const refused = (left.outcomes | right.outcomes) & DENY;
        return { outcomes: (left.outcomes & right.outcomes & ALLOW) | refused, by: [...left.by, ...right.by] };
    });
}

/** Two answers for the same ports made into one. */
export function combined(
    one: readonly Segment[],
    other: readonly Segment[],
    join: (left: Segment, right: Segment) => End,
): readonly Segment[] {
    return one.flatMap((left) =>
        other.flatMap((right) => {
            const range = common(left, right);
            return range === undefined ? [] : [{ ...range, ...join(left, right) }];
        }),
    );
}

function common(one: PortRange, other: PortRange | undefined): PortRange | undefined {
    if (other === undefined || one.protocol !== other.protocol || one.to < other.from || other.to < one.from) {
        return undefined;
    }
    return { protocol: one.protocol, from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) };
}
