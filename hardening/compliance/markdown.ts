import type { ComplianceReport } from "./model";
import { REQUIREMENT_STATES } from "./model";
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
            return `| ${id} ${cell(title)} | ${of("satisfied")} | ${of("waived")} | ${of("not-applicable")} | ${of("open")} |`;
        }),
        "",
        "## Open rows",
        "",
        ...(open.length === 0 ? ["None."] : open.map(({ id, title, reason }) => `- **${id}** ${title}: ${reason}`)),
        "",
        "## Evidence",
        "",
        "| Row | State | Evidence |",
        "| --- | --- | --- |",
        ...report.areas.flatMap(({ rows }) =>
            rows.map(({ id, title, state, proofs, reason }) => {
                const shown = proofs.map(({ kind, entry, detail }) => cell(`${LABEL[kind]} \`${entry}\`: ${detail}`));
                return `| ${id} ${cell(title)} | ${state} | ${shown.join("<br>") || cell(reason)} |`;
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
                  ...report.statements.map((line) => `| ${statementCells(line).map(cell).join(" | ")} |`),
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
                          `| ${control} | ${cell(object)} | ${expires} | ${cell(owner)} | ${cell(ticket)} | ${cell(reason)} |`,
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

/** Text that can't end its table cell. */
function cell(text: string): string {
    return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
