import { escapeMarkdown } from "../formats/markdown-escape";
import type { ComplianceReport } from "./model";
import { REQUIREMENT_STATES } from "./model";
import { openByWait } from "./outlook";
import type { ScoredRow } from "./score";
import { LABEL } from "./score";
import { STATEMENT_HEADS, statementCells } from "./statements";

/** The report as Markdown, every open row by name. */
export function complianceMarkdown(report: ComplianceReport): string {
    const { score } = report;
    const open = report.areas.flatMap(({ rows }) => rows.filter(({ state }) => state === "open"));
    return [
        `# Compliance of stack ${report.stack}: ${score.percent} %`,
        "",
        `${score.satisfied} satisfied, ${score.waived} waived, ${score.notApplicable} not applicable, ${score.open} open (${report.at}).`,
        "",
        "| Area | Satisfied | Waived | Not applicable | Open |",
        "| --- | ---: | ---: | ---: | ---: |",
        ...report.areas.map(({ id, title, rows }) => {
            const of = (state: string): number => rows.filter((row) => row.state === state).length;
            return `| ${id} ${escapeMarkdown(title)} | ${of("satisfied")} | ${of("waived")} | ${of("not-applicable")} | ${of("open")} |`;
        }),
        "",
        "## Open rows",
        "",
        ...(open.length === 0 ? ["None."] : openLines(open)),
        "",
        "## Evidence",
        "",
        "| Row | State | Evidence |",
        "| --- | --- | --- |",
        ...report.areas.flatMap(({ rows }) =>
            rows.map(({ id, title, state, proofs, reason }) => {
                const shown = proofs.map(
                    ({ kind, entry, detail }) => `${LABEL[kind]} \`${codeCell(entry)}\`: ${escapeMarkdown(detail)}`,
                );
                return `| ${id} ${escapeMarkdown(title)} | ${state} | ${shown.join("<br>") || escapeMarkdown(reason)} |`;
            }),
        ),
        "",
        "## Statements",
        "",
        ...(report.statements.length === 0
            ? ["None were given."]
            : [
                  `| ${STATEMENT_HEADS.join(" | ")} |`,
                  `|${" --- |".repeat(STATEMENT_HEADS.length)}`,
                  ...report.statements.map((line) => `| ${statementCells(line).map(escapeMarkdown).join(" | ")} |`),
              ]),
        "",
        "## Waivers",
        "",
        ...(report.waivers.length === 0
            ? ["None."]
            : [
                  "| Control | Object | Expires | Owner | Ticket | Reason |",
                  "| --- | --- | --- | --- | --- | --- |",
                  ...report.waivers.map(
                      ({ control, object, expires, owner, ticket, reason }) =>
                          `| ${control} | ${escapeMarkdown(object)} | ${expires} | ${escapeMarkdown(owner)} | ${escapeMarkdown(ticket)} | ${escapeMarkdown(reason)} |`,
                  ),
              ]),
        "",
        "## Standards",
        "",
        ...report.frameworks.flatMap(({ title, version, requirements, notCovered }) => {
            const states = REQUIREMENT_STATES.map(
                (state) => `${requirements.filter((requirement) => requirement.state === state).length} ${state}`,
            );
            return [
                `- **${title} ${version}**: ${requirements.length} requirements answered by controls, ${states.join(", ")}. Not covered: ${notCovered}`,
            ];
        }),
        "",
    ].join("\n");
}

/** A line for each row; rows that only wait for the same runs are one. */
function openLines(open: readonly ScoredRow[]): readonly string[] {
    const { lacking, waiting } = openByWait(open);
    return [
        ...lacking.map(({ id, title, reason }) => `- **${id}** ${escapeMarkdown(title)}: ${escapeMarkdown(reason)}`),
        ...[...waiting].map(([what, rows]) => `- ${rows.map(({ id }) => `**${id}**`).join(", ")}: ${what}`),
    ];
}

/** A cell that may hold code spans, whose text can't end it. */
function codeCell(entry: string): string {
    return entry.replaceAll("|", "\\|").replaceAll("`", "'").replaceAll("\n", " ");
}
