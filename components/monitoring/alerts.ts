import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { StartSecrets } from "../area";
import { Attempts, readContent, yamlContent } from "../../policies/engine/input";
import type { Given } from "../../policies/engine/schema";
import { listOf, object, oneOf, optional, text } from "../../policies/engine/schema";

const DIRECTORY = join(__dirname, "alerts");

/** Areas that alerts are routed by. */
const AREAS = ["identity", "secrets", "runtime", "platform", "compliance"] as const;

/** How long, as Prometheus writes it. */
const duration = text("a duration such as 5m", /^\d+(?:ms|[smhdwy])$/);

/** An alert as Prometheus evaluates it, with what Prometheus does not ask for. */
const RULE = object({
    alert: text(),
    expr: text(),
    for: optional(duration),
    /** How long it goes on after its expression has ended. */
    keep_firing_for: optional(duration),
    labels: object({
        severity: oneOf("critical", "warning"),
        area: oneOf(...AREAS),
        target: optional(text()),
    }),
    annotations: object({
        summary: text(),
        description: text(),
        runbook_url: text("the name of a file of docs/runbooks", /^[a-z][a-z0-9-]*\.md$/),
    }),
});
const GROUPS = object({ groups: listOf(object({ name: text(), rules: listOf(RULE) })) });

export type AlertRule = Given<typeof RULE>;
export type AlertGroup = Given<typeof GROUPS>["groups"][number];

/** A file of alert groups; its name without the ending is the name of the PrometheusRule. */
export interface AlertFile {
    readonly name: string;
    readonly groups: readonly AlertGroup[];
}

/** Stands in an expression for the name of an application. */
const APPLICATION = "<application>";

/** Stand in an expression for what is known of Secrets that a workload reads at its start only. */
const START_SECRETS: Readonly<Record<string, (of: StartSecrets) => string>> = {
    "<reader namespace>": ({ namespace }) => namespace,
    "<reader>": ({ workload }) => workload,
    // A dot in a name is no more than itself.
    "<secrets>": ({ secrets }) => [...new Set(secrets)].sort().join("|").replaceAll(".", "[.]"),
};

/**
 * The alerts of this repository, with the address of their runbooks filled in, and those of an application or of Secrets once for
 * each.
 *
 * @param runbooks address of the directory of runbooks, without a trailing slash
 * @param applications names of the applications' Deployments, which are those of their jobs too
 * @param startSecrets Secrets that workloads read at their start only
 * @param which all of them, or only those that are about one application
 */
export function shippedAlerts(
    runbooks: string,
    applications: readonly string[],
    startSecrets: readonly StartSecrets[],
    which: "all" | "applications" = "all",
): readonly AlertFile[] {
    const files = readdirSync(DIRECTORY)
        .sort()
        .map((name) => ({ name, text: readFileSync(join(DIRECTORY, name), "utf8") }));
    const wanted = ({ expr }: AlertRule) => which === "all" || expr.includes(APPLICATION);
    const parsed = parseAlerts(files).map((file) => ({
        ...file,
        groups: file.groups.map((group) => ({
            ...group,
            rules: group.rules
                .filter(wanted)
                .flatMap((rule) => ofApplications(rule, applications))
                .flatMap((rule) => ofStartSecrets(rule, startSecrets))
                .map((rule) => ({
                    ...rule,
                    annotations: { ...rule.annotations, runbook_url: `${runbooks}/${rule.annotations.runbook_url}` },
                })),
        })),
    }));
    return parsed
        .map((file) => ({ ...file, groups: file.groups.filter(({ rules }) => rules.length > 0) }))
        .filter(({ groups }) => groups.length > 0);
}

function ofApplications(rule: AlertRule, applications: readonly string[]): readonly AlertRule[] {
    return rule.expr.includes(APPLICATION)
        ? applications.map((name) => ({ ...rule, expr: rule.expr.replaceAll(APPLICATION, name) }))
        : [rule];
}

function ofStartSecrets(rule: AlertRule, startSecrets: readonly StartSecrets[]): readonly AlertRule[] {
    const places = Object.entries(START_SECRETS);
    return places.some(([place]) => rule.expr.includes(place))
        ? startSecrets.map((some) => ({
              ...rule,
              expr: places.reduce((expr, [place, text]) => expr.replaceAll(place, text(some)), rule.expr),
          }))
        : [rule];
}

/**
 * Reads alert files and checks what Prometheus does not: severity and area are ours, every alert tells what happened, what
 * it means and which runbook to open, and no name is used twice.
 *
 * @throws InputError with every fault at once.
 */
export function parseAlerts(files: readonly { readonly name: string; readonly text: string }[]): readonly AlertFile[] {
    const attempts = new Attempts();
    const parsed = files.map(({ name, text: content }) => ({
        name: name.replace(/\.yaml$/, ""),
        groups: attempts.of(() => readContent(GROUPS, yamlContent(content, name), name).groups, []),
    }));
    const seen = new Set<string>();
    for (const file of parsed) {
        for (const { alert } of file.groups.flatMap((group) => group.rules)) {
            if (seen.has(alert)) {
                attempts.note([`${file.name}.yaml: alert "${alert}" is defined already`]);
            }
            seen.add(alert);
        }
    }
    attempts.finish();
    return parsed;
}
