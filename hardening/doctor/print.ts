import { dump } from "js-yaml";

import type { FormatTable } from "../formats/format";
import { jsonText } from "../formats/format";
import type { Painter, Style } from "../formats/style";
import { count, painter, plain } from "../formats/style";
import type { Diagnosis } from "./index";
import { countsOf } from "./index";
import type { AnswerStatus } from "./question";
import type { SeenSettings } from "./settings";

/** What a cluster was found to be like, for a stack or for any. */
export interface DoctorReport {
    readonly cluster: string;
    readonly stack: string | undefined;
    readonly at: Date;
    readonly diagnoses: readonly Diagnosis[];
    readonly settings: SeenSettings;
}

const MARKS: Readonly<Record<AnswerStatus, readonly [mark: string, style: Style]>> = {
    ok: ["✔", "green"],
    missing: ["✘", "red"],
    unknown: ["?", "yellow"],
};

/** The gravest status among some. */
function worst(statuses: readonly AnswerStatus[]): AnswerStatus {
    return (["missing", "unknown"] as const).find((status) => statuses.includes(status)) ?? "ok";
}

function diagnosisText({ question, answers }: Diagnosis, paint: Painter): string {
    const [mark, style] = MARKS[worst(answers.map(({ status }) => status))];
    const lines = [`${paint(style, mark)} ${paint("bold", question.title)}`];
    const remedies = new Set<string>();
    for (const { status, subject, found, remedy } of answers.filter((answer) => answer.status !== "ok")) {
        const [openMark, openStyle] = MARKS[status];
        lines.push(`  ${paint(openStyle, openMark)} ${plain(subject)} ${plain(found)}`);
        remedies.add(remedy ?? question.remedy);
    }
    const [first, ...more] = answers.filter(({ status }) => status === "ok");
    if (first !== undefined) {
        const rest = more.length > 0 ? `, and ${count(more.length, "more")}` : "";
        lines.push(`  ${paint("grey", `${plain(first.subject)} ${plain(first.found)}${rest}`)}`);
    }
    lines.push(...[...remedies].map((remedy) => `  ${paint("cyan", "→")} ${plain(remedy)}`));
    return `${lines.join("\n")}\n`;
}

function settingsText({ seen, unseen }: SeenSettings, paint: Painter): string {
    const yaml = dump({ cluster: seen }, { flowLevel: 3 }).trimEnd();
    return [
        "",
        paint("bold", "What can be seen of the cluster, as settings:"),
        ...yaml.split("\n").map((line) => `  ${plain(line)}`),
        ...(unseen.length > 0 ? [paint("grey", `  not seen: ${unseen.join(", ")}`)] : []),
        "",
    ].join("\n");
}

function reportText({ cluster, stack, at, diagnoses, settings }: DoctorReport): string {
    return jsonText({
        schema: 1,
        cluster,
        ...(stack !== undefined && { stack }),
        at: at.toISOString(),
        questions: diagnoses.map(({ question, answers }) => ({
            name: question.name,
            title: question.title,
            status: worst(answers.map(({ status }) => status)),
            answers: answers.map(({ status, subject, found, remedy }) => ({
                status,
                subject,
                found,
                ...(status !== "ok" && { remedy: remedy ?? question.remedy }),
            })),
        })),
        settings: { cluster: settings.seen, notSeen: settings.unseen },
        summary: countsOf(diagnoses),
    });
}

/** The forms of the report. */
export const DOCTOR_FORMATS = {
    text:
        () =>
        ({ diagnoses, settings }, { colour }) => {
            const paint = painter(colour);
            return [...diagnoses.map((one) => diagnosisText(one, paint)), settingsText(settings, paint)];
        },
    json: () => reportText,
} as const satisfies FormatTable<DoctorReport>;
