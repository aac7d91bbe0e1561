import type { ControlMeta } from "./control";
import { checklist, nist, soc2 } from "./frameworks";
import type { Selected } from "./profiles";
import type { Waiver, WaiverBook } from "./waivers";
import { EXPIRY_CEILING_DAYS } from "./waivers";

const shared = {
    covers: [],
    frameworks: [...soc2("CC3.4", "CC5.2"), ...nist("CA-5", "RA-7"), ...checklist("PRE-7")],
    profiles: [],
} as const;

/** The rules that waivers themselves are held to. They can't be waived or configured away. */
export const WAIVER_RULES = {
    expired: {
        ...shared,
        name: "waiver-not-expired",
        description: "No waiver is past its expiry date.",
        why: "An accepted risk that nobody looks at again is an open hole with paperwork.",
        severity: "high",
        remediation: "Fix what the waiver covers, or have the owner renew it with a new date and reason.",
    },
    unused: {
        ...shared,
        name: "waiver-in-use",
        description: "Every waiver matches a finding.",
        why: "A waiver that matches nothing silently covers the next mistake of its kind.",
        severity: "medium",
        remediation: "Remove the waiver.",
    },
    beyondCeiling: {
        ...shared,
        name: "waiver-within-ceiling",
        description: "No waiver outlasts the ceiling for the severity of its control.",
        why: "The graver the risk, the sooner somebody has to look at it again.",
        severity: "high",
        remediation: "Set an earlier expiry date.",
    },
    tooWide: {
        ...shared,
        name: "waiver-not-too-wide",
        description: "No waiver covers several containers or several objects at once.",
        why: "A waiver for a whole object also covers the container that somebody adds to it tomorrow, and one for a name every other object of that name.",
        severity: "medium",
        remediation:
            "Give each a waiver of its own: with the field container, the field source, or the kind's API group.",
    },
} as const satisfies Record<string, ControlMeta>;

/** A waiver that breaks one of the rules above. */
export interface WaiverFault {
    readonly rule: ControlMeta;
    readonly waiver: Waiver;
    readonly message: string;
}

/**
 * What is wrong with the waivers of a run. Ask after every control has run. A waiver of a control that wasn't selected
 * had no chance to be of use, so it is not held against it.
 */
export function waiverFaults(book: WaiverBook, selected: readonly Selected[]): readonly WaiverFault[] {
    const registry = selected.map(({ control }) => control);
    const ran = new Set(registry.map(({ name }) => name));
    const fault = (rule: ControlMeta, waiver: Waiver, what: string): WaiverFault => ({
        rule,
        waiver,
        message: `${waiver.from}: the waiver of ${waiver.control} for ${waiver.object} ${what}. ${rule.remediation}`,
    });
    const held = ({ owner, ticket }: Waiver) => `(owner ${owner}, ticket ${ticket})`;
    return [
        ...book
            .expired()
            .map((waiver) => fault(WAIVER_RULES.expired, waiver, `expired on ${waiver.expires} ${held(waiver)}`)),
        ...book
            .unused()
            .filter(({ control }) => ran.has(control))
            .map((waiver) => fault(WAIVER_RULES.unused, waiver, `matches no finding ${held(waiver)}`)),
        ...book
            .beyondCeiling(registry)
            .map(({ waiver, severity }) =>
                fault(
                    WAIVER_RULES.beyondCeiling,
                    waiver,
                    `runs until ${waiver.expires}; for severity ${severity} at most ${EXPIRY_CEILING_DAYS[severity]} days ahead are allowed`,
                ),
            ),
        ...book
            .tooWide()
            .map(({ waiver, containers, objects }) =>
                fault(
                    WAIVER_RULES.tooWide,
                    waiver,
                    [
                        ...(containers.length > 0 ? [`covers the containers ${containers.join(", ")} at once`] : []),
                        ...(objects.length > 0 ? [`covers ${objects.length} objects: ${objects.join(", ")}`] : []),
                    ].join(" and "),
                ),
            ),
    ];
}
