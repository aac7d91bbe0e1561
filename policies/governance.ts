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
    const severities = new Map(registry.map((control) => [control.name, control.severity]));
    return [
        ...book.expired().map((waiver) => ({
            rule: WAIVER_RULES.expired,
            waiver,
            message: `${waiver.from}: the waiver of ${waiver.control} for ${waiver.object} expired on ${waiver.expires} (owner ${waiver.owner}, ticket ${waiver.ticket}). ${WAIVER_RULES.expired.remediation}`,
        })),
        ...book
            .unused()
            .filter((waiver) => severities.has(waiver.control))
            .map((waiver) => ({
                rule: WAIVER_RULES.unused,
                waiver,
                message: `${waiver.from}: the waiver of ${waiver.control} for ${waiver.object} matches no finding (owner ${waiver.owner}, ticket ${waiver.ticket}). ${WAIVER_RULES.unused.remediation}`,
            })),
        ...book.beyondCeiling(registry).map((waiver) => {
            const severity = severities.get(waiver.control) ?? "critical";
            return {
                rule: WAIVER_RULES.beyondCeiling,
                waiver,
                message: `${waiver.from}: the waiver of ${waiver.control} for ${waiver.object} runs until ${waiver.expires}; for severity ${severity} at most ${EXPIRY_CEILING_DAYS[severity]} days ahead are allowed. ${WAIVER_RULES.beyondCeiling.remediation}`,
            };
        }),
    ];
}
