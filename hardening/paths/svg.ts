import { drawing, DRAWING_STYLES } from "./drawing";
import type { PathsReport } from "./report";

/** The paths as a drawing that stands alone, with what it can't see below its title for who reads it aloud. */
export function svgOf(report: PathsReport): string {
    const { subject, from, to, limits, unseen } = report;
    const notes = [...limits, ...unseen.map(({ what, why }) => `${what}: ${why}`)];
    const title = `${subject}: from ${from} to ${to}. Not seen: ${notes.join(" ")}`;
    return `${drawing(report, title, DRAWING_STYLES)}\n`;
}
