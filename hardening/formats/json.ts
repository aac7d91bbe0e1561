import type { Finding } from "../findings";
import type { Run } from "./report";
import { written } from "./report";

/** The stable form that other tools read: results, errors, what was not judged, how many paths were left out, summary; one finding a line. See docs/cli.md for its fields. */
export function* json(run: Run): Iterable<string> {
    const write = findingWriter();
    yield '{\n  "schema": 1,\n  "results": [';
    let separator = "";
    const { failures, tally, resources, notJudged, excluded } = yield* written(run.findings, (finding) => {
        const line = `${separator}\n    ${write(finding)}`;
        separator = ",";
        return line;
    });
    yield `${separator === "" ? "" : "\n  "}],\n  "errors": ${indented(failures)},\n`;
    yield `  "notJudged": ${indented(notJudged)},\n  "excluded": ${excluded},\n`;
    yield `  "summary": ${indented(tally.summary(resources))}\n}\n`;
}

function indented(value: unknown): string {
    return JSON.stringify(value, undefined, 2).replaceAll("\n", "\n  ");
}

/** What a finding says of its object; the findings of one object come in a row. */
const OF_OBJECT = ["source", "document", "type", "kind", "namespace", "name", "urn"] as const;
/** What it says of its control and the fault, which is always there. */
type OfFault =
    "control" | "covers" | "severity" | "enforcement" | "status" | "path" | "message" | "remediation" | "frameworks";
type Rest = Exclude<keyof Finding, (typeof OF_OBJECT)[number] | OfFault>;
/** What may be there beside, in the order in which it is written. A record, so that no field can be forgotten. */
const REST: Readonly<Record<Rest, true>> = {
    container: true,
    fix: true,
    safe: true,
    waiver: true,
    owner: true,
    known: true,
    exception: true,
    absent: true,
    also: true,
};
const REST_NAMES = Object.keys(REST) as readonly Rest[];

/** What findings share, of one object and of one control, is turned into JSON once. */
function findingWriter(): (finding: Finding) => string {
    // Weak, because a control may make up the slugs of each fault anew.
    const known = new WeakMap<object, string>();
    const shared = (value: object): string => {
        let text = known.get(value);
        if (text === undefined) {
            text = JSON.stringify(value);
            known.set(value, text);
        }
        return text;
    };
    let last: Finding | undefined;
    let object = "";
    return (finding) => {
        if (last === undefined || OF_OBJECT.some((name) => last?.[name] !== finding[name])) {
            object = fieldsOf(finding, OF_OBJECT).slice(1);
        }
        last = finding;
        const { control, covers, severity, enforcement, status, path, message, remediation, frameworks } = finding;
        const rule = `"control":${JSON.stringify(control)},"covers":${shared(covers)},"severity":"${severity}"`;
        const fault = `"path":${JSON.stringify(path)},"message":${JSON.stringify(message)}`;
        const remedy = `"remediation":${JSON.stringify(remediation)},"frameworks":${shared(frameworks)}`;
        const state = `"enforcement":"${enforcement}","status":"${status}"`;
        return `{${object},${rule},${state},${fault},${remedy}${fieldsOf(finding, REST_NAMES)}}`;
    };
}

/** The fields that are there, each after a comma. */
function fieldsOf(finding: Finding, names: readonly (keyof Finding)[]): string {
    let text = "";
    for (const name of names) {
        const value = finding[name];
        if (value !== undefined) {
            text += `,"${name}":${JSON.stringify(value)}`;
        }
    }
    return text;
}
