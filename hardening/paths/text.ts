import type { Painter } from "../formats/style";
import { count, plain } from "../formats/style";
import type { Change, Hop, PathsReport } from "./report";
import { costOf, placeOf } from "./report";

/** The report for a terminal. */
export function textOf(report: PathsReport, paint: Painter): string {
    const { subject, from, to, paths, reach } = report;
    const path = report.baseline === undefined ? "path" : "new path";
    const found = paths.length === 0 ? paint("green", `no ${path}`) : paint("red", count(paths.length, path));
    const more = report.more ? ", and there are more" : "";
    return [
        `${plain(subject)}: ${found} from ${plain(from)} to ${plain(to)}${more}`,
        ...(report.baseline === undefined ? [] : [`Compared with ${plain(report.baseline)}`]),
        ...paths.flatMap((path, index) => [
            "",
            paint("bold", `Path ${index + 1}`),
            ...path.flatMap((hop) => hopLines(hop, paint)),
        ]),
        ...(paths.length === 0 ? [] : ["", ...cutLines(report.cut, paint)]),
        ...(reach === undefined
            ? []
            : [
                  "",
                  paint("bold", `Within reach of ${plain(from)}: ${reach.length}`),
                  ...reach.map((title) => `  ${plain(title)}`),
              ]),
        "",
        ...limitLines(report),
        "",
    ].join("\n");
}

function hopLines(hop: Hop, paint: Painter): readonly string[] {
    const where = placeOf(hop);
    return [
        `  ${plain(hop.from)} ${paint("dim", "->")} ${paint("bold", plain(hop.to))}`,
        `      can ${plain(hop.does)} (${hop.technique.id})`,
        ...(hop.reason === "" ? [] : [`      because ${plain(hop.reason)}`]),
        ...(where === "" ? [] : [`      ${paint("grey", plain(where))}`]),
        ...(hop.needs === "nothing more" ? [] : [`      needs ${plain(hop.needs)}`]),
    ];
}

function cutLines(cut: readonly Change[] | undefined, paint: Painter): readonly string[] {
    if (cut === undefined) {
        return [paint("bold", "No change of a manifest ends every path: the beginning already gives the end.")];
    }
    return [
        paint("bold", `What ends every path, at the least cost: ${count(cut.length, "change")}`),
        ...cut.flatMap((change) => [
            `  ${plain(placeOf(change))}`,
            `      ${plain(change.remedy)} (${costOf(change)})`,
        ]),
    ];
}

/** What the answer does not cover. */
function limitLines({ unseen, limits, lateral, size }: PathsReport): readonly string[] {
    return [
        `${count(size.nodes, "node")}, ${count(size.edges, "edge")}.`,
        ...(unseen.length === 0 ? [] : [`Not known, so that paths may be missing (${unseen.length}):`]),
        ...unseen.map(({ what, why }) => `  ${plain(what)}: ${plain(why)}`),
        "Not seen by this graph:",
        ...limits.map((limit) => `  ${limit}`),
        ...(lateral ? ["Taken to be lost here: also whatever the network lets a lost pod reach."] : []),
    ];
}
