import type { ControlMeta } from "./control";
import { checklist, nist, soc2 } from "./frameworks";
import type { Selected } from "./profiles";
import type { Waiver, WaiverBook } from "./waivers";
import { EMERGENCY_DAYS, EXPIRY_CEILING_DAYS } from "./waivers";

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
    soonOver: {
        ...shared,
        name: "waiver-not-soon-over",
        description: "No waiver ends within 30 days.",
        why: "On the day after its last one nothing can be deployed any more, and that day should surprise nobody.",
        severity: "medium",
        enforcement: "advisory",
        remediation: "Fix what the waiver covers, or have the owner renew it.",
    },
    emergency: {
        ...shared,
        name: "no-emergency",
        description: "No emergency holds expired waivers open.",
        why: "What was let through for some days has to be looked at again when they are over.",
        severity: "high",
        enforcement: "advisory",
        remediation: "Renew the waivers or fix what they cover, and remove the emergency.",
    },
    emergencyInOrder: {
        ...shared,
        name: "emergency-in-order",
        description: "No emergency is over, and none ends more than 7 days ahead.",
        why: "An emergency without an end is a waiver that nobody has signed.",
        severity: "high",
        remediation: "Remove the emergency, or have it end within 7 days.",
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
        message: `${waiver.from}: the waiver of ${waiver.control} for ${waiver.object}${pathOf(waiver)} ${what}. ${rule.remediation}`,
    });
    const held = ({ owner, ticket }: Waiver) => `(owner ${owner}, ticket ${ticket})`;
    return [
        ...book
            .expired()
            .map((waiver) => fault(WAIVER_RULES.expired, waiver, `expired on ${waiver.expires} ${held(waiver)}`)),
        ...book
            .soonOver()
            .map((waiver) => fault(WAIVER_RULES.soonOver, waiver, `ends on ${waiver.expires} ${held(waiver)}`)),
        ...emergencyFaults(book),
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

function pathOf({ path }: Waiver): string {
    return path === undefined ? "" : ` (${path.hop}, from ${path.from} to ${path.to})`;
}

/** Every emergency is shown: one that holds advises, one that can't hold is at fault. */
function emergencyFaults(book: WaiverBook): readonly WaiverFault[] {
    return book.emergencies().map(({ emergency, state, held, waiver }) => {
        const { from, until, reason, owner, ticket } = emergency;
        const rule = state === "holds" ? WAIVER_RULES.emergency : WAIVER_RULES.emergencyInOrder;
        const what = {
            holds: `holds ${held.length} expired ${held.length === 1 ? "waiver" : "waivers"} open until ${until}: ${reason}`,
            over: `was over on ${until}`,
            "too long": `ends on ${until}, more than ${EMERGENCY_DAYS} days ahead, so it holds nothing`,
        }[state];
        return { rule, waiver, message: `${from} ${what} (owner ${owner}, ticket ${ticket}). ${rule.remediation}` };
    });
}
