import type { Result } from "../evidence/statement";
import { count } from "../formats/style";
import type { CheckResult } from "./index";

const OUTCOME = { proved: "passed", failed: "failed", unknown: "unknown" } as const;

/** What checks came to, as evidence says it: of one that is not proved, the first reason and how many more there are. */
export function verifyResults(results: readonly CheckResult[]): readonly Result[] {
    return results.map(({ check, status, verdicts }) => {
        const [first, ...more] = verdicts.filter((verdict) => verdict.status === status);
        const rest = more.length === 0 || status === "proved" ? "" : `, and ${count(more.length, "more reason")}`;
        const detail = status === "proved" || first === undefined ? "" : `${first.subject}: ${first.message}${rest}`;
        return { name: check.name, outcome: OUTCOME[status], ...(detail !== "" && { detail }) };
    });
}
