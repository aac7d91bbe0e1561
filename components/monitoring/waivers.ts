import { endOfDay } from "../../policies/engine/values";
import { WARNING_DAYS } from "../../policies/engine/waivers";
import type { AlertedStack, AlertFile } from "./alerts";
import { ofStack } from "./alerts";
import { constant } from "./expressions";

/** An accepted risk, as far as an alert tells of it. */
export interface LastingRisk {
    readonly control: string;
    readonly object: string;
    /** Last day on which it is accepted (UTC), `YYYY-MM-DD`. */
    readonly expires: string;
}

/**
 * The alert on accepted risks that end within {@link WARNING_DAYS} days, for which nothing has to be measured: their days are in the
 * expression, one series for each. None where nothing is accepted.
 */
export function waiverAlerts(
    risks: readonly LastingRisk[],
    stack: Pick<AlertedStack, "cluster" | "settings">,
): readonly AlertFile[] {
    if (risks.length === 0) {
        return [];
    }
    const series = risks.map(({ control, object, expires }) => {
        const end = endOfDay(expires).valueOf() / 1000;
        return constant(end, "waiver", `${control} for ${object}`);
    });
    const rule = {
        alert: "WaiverExpiresSoon",
        expr: `(${series.join(" or ")}) - time() < ${WARNING_DAYS} * 86400`,
        for: "1h",
        labels: { severity: "warning", area: "compliance" },
        annotations: {
            summary: "The waiver of {{ $labels.waiver }} ends in {{ $value | humanizeDuration }}.",
            description: "From then on previews fail, and what it covers is not admitted again.",
            action: "Fix what it covers, or have its owner renew it, and deploy the stack.",
            runbook_url: "expired-waiver.md",
        },
    } as const;
    return ofStack([{ name: "waivers", groups: [{ name: "waivers", rules: [rule] }] }], stack);
}
