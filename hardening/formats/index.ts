import type { FormatTable } from "./format";
import { json } from "./json";
import type { Run } from "./report";
import { tree } from "./tree";

/** Every form of a report on findings; a new one is a file and a line here. */
export const FINDING_FORMATS = {
    tree: () => tree,
    json: () => json,
    sarif: async () => (await import("./sarif.js")).sarif,
    junit: async () => (await import("./junit.js")).junit,
    markdown: async () => (await import("./markdown.js")).markdown,
    html: async () => (await import("./html.js")).html,
    gitlab: async () => (await import("./gitlab.js")).gitlab,
    "policy-report": async () => (await import("./policy-report.js")).policyReport,
} as const satisfies FormatTable<Run>;
