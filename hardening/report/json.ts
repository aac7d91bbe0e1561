import type { Finding } from "../findings";
import { Tally } from "../findings";
import type { ReportFormat } from "./report";

/** The stable form that other tools read: results, errors, summary; one finding a line. See docs/cli.md for its fields. */
export const json: ReportFormat = {
    name: "json",
    description: "findings, errors and summary for other tools; also the form of --baseline",
    *render(run) {
        const write = findingWriter();
        yield '{\n  "schema": 1,\n  "results": [';
        const tally = new Tally();
        let separator = "";
        for (const finding of tally.counting(run.findings)) {
            yield `${separator}\n    ${write(finding)}`;
            separator = ",";
        }
        yield `${separator === "" ? "" : "\n  "}],\n  "errors": ${indented(run.failures)},\n`;
        yield `  "summary": ${indented(tally.summary(run.resources))}\n}\n`;
    },
};

function indented(value: unknown): string {
    return JSON.stringify(value, undefined, 2).replaceAll("\n", "\n  ");
}

/** Findings of one control share most of what they say; what is shared is turned into JSON once. */
function findingWriter(): (finding: Finding) => string {
    const known = new Map<unknown, string>();
    const shared = (value: object): string => {
        const text = known.get(value) ?? JSON.stringify(value);
        known.set(value, text);
        return text;
    };
    return (finding) => {
        const fields = Object.entries(finding)
            .filter(([, value]) => value !== undefined)
            .map(([name, value]) =>
                name === "covers" || name === "frameworks"
                    ? `"${name}":${shared(value as object)}`
                    : `"${name}":${JSON.stringify(value)}`,
            );
        return `{${fields.join(",")}}`;
    };
}
