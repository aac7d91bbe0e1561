import type { StatementKind } from "../../evidence/kinds";
import type { Observations } from "../../evidence/observations";
import type { ChecklistRow } from "../checklist";
import type { Judgement } from "../judgement";
import { missing, proven, unproven } from "../judgement";

/** What statements say of something that runs. */
export function judgeRun(
    kind: StatementKind,
    name: string,
    observations: Observations,
    { maxAge, live }: Pick<ChecklistRow, "maxAge" | "live">,
): Judgement {
    const observed = observations.of(kind, name, { maxAge: maxAge[kind], live: live === true });
    if (observed.kind === "unseen") {
        return unproven(observed.reason);
    }
    const { outcome, where, detail, file } = observed.observation;
    const said = `${outcome === "unknown" ? "can't be told" : outcome}, ${where}${detail === undefined ? "" : `: ${detail}`}`;
    const judge = { passed: proven, failed: missing, unknown: unproven }[outcome];
    return { ...judge(said), statement: file };
}
