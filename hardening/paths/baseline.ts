import { jsonContent, readContent } from "../../policies/engine/input";
import { boolean, exactly, listOf, object, partOf, text } from "../../policies/engine/schema";
import { UsageError } from "../io";
import { readText } from "../sources/files";
import type { Asked, Baseline } from "./report";

const PLACES = listOf(text());
const REPORT = partOf({
    schema: exactly(1),
    asked: object({ from: PLACES, to: PLACES }),
    lateral: boolean(),
    edges: listOf(text()),
});

/** What tells one question from another: what the places hold may change from run to run, as pods come and go. */
type Compared = Asked & { readonly lateral: boolean };

/**
 * Reads a former report of the same question, made by `--format json`.
 *
 * @throws InputError where the file can't be read or is no such report
 * @throws UsageError where it answers another question, so that everything would look new
 */
export function readPathsBaseline(file: string, asked: Compared): Baseline {
    const {
        edges,
        asked: former,
        lateral,
    } = readContent(REPORT, jsonContent(readText(file, "--baseline"), file), file);
    const [before, now] = [questionOf({ ...former, lateral }), questionOf(asked)];
    if (before !== now) {
        throw new UsageError([`--baseline ${file}: it is a report on ${before}, and this one is on ${now}`]);
    }
    return { file, edges: new Set(edges) };
}

function questionOf({ from, to, lateral }: Compared): string {
    const [begin, end] = [from, to].map((places) => [...new Set(places)].sort().join(" and "));
    return `paths from ${begin} to ${end}${lateral ? " with --lateral" : ""}`;
}
