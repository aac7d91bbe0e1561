import { parseDocument } from "yaml";

/** What a document of YAML holds, or what is wrong with it. */
export type YamlReading =
    { readonly value: unknown } | { readonly faults: readonly string[]; readonly cause?: unknown };

/** Reads one document of YAML 1.2, and JSON with it. Keys that stand twice, tags that mean nothing here and aliases without end are faults. */
export function readYaml(text: string): YamlReading {
    const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true });
    const problems = [...document.errors, ...document.warnings];
    if (problems.length > 0) {
        return { faults: problems.map((problem) => problem.message.split("\n")[0] ?? "") };
    }
    try {
        return { value: document.toJS({ maxAliasCount: 100 }) as unknown };
    } catch (error) {
        return { faults: [error instanceof Error ? error.message : String(error)], cause: error };
    }
}
