import type { BreakGlassSettings } from "../break-glass/settings";
import type { AlertedStack, AlertFile } from "./alerts";
import { ofStack } from "./alerts";
import { constant } from "./expressions";

/** The alerts on rights for an emergency: that they are there, and that they should have ended. None where there are none. */
export function breakGlassAlerts(
    settings: BreakGlassSettings | undefined,
    stack: Pick<AlertedStack, "cluster" | "settings">,
): readonly AlertFile[] {
    if (settings === undefined) {
        return [];
    }
    const left = `${constant(Date.parse(settings.until) / 1000, "group", settings.group)} - time()`;
    const rule = (alert: string, expr: string, severity: "critical" | "warning", summary: string, action: string) => ({
        alert,
        expr,
        labels: { severity, area: "platform" as const },
        annotations: {
            summary,
            description: "It can open shells in pods, which hold secrets and an identity.",
            action,
            runbook_url: "break-glass.md",
        },
    });
    const rules = [
        rule(
            "BreakGlassOpen",
            `${left} > 0`,
            "warning",
            "{{ $labels.group }} has rights for an emergency for another {{ $value | humanizeDuration }}.",
            "See that the incident they were opened for is still there.",
        ),
        rule(
            "BreakGlassNotClosed",
            `${left} <= 0`,
            "critical",
            "{{ $labels.group }} still has rights for an emergency that should have ended.",
            "Remove the setting breakGlass, and deploy the stack.",
        ),
    ];
    return ofStack([{ name: "break-glass", groups: [{ name: "break-glass", rules }] }], stack);
}
