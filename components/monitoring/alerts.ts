import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { StartSecrets } from "../area";
import { Attempts, readContent, yamlContent } from "../../policies/engine/input";
import type { Given } from "../../policies/engine/schema";
import { listOf, object, oneOf, optional, text } from "../../policies/engine/schema";
import { narrowed } from "./expressions";
import { withHandshakeRates } from "./handshakes";
import type { MonitoringSettings } from "./settings";

const DIRECTORY = join(__dirname, "alerts");

/** Areas that alerts are routed by. */
const AREAS = ["identity", "secrets", "runtime", "platform", "compliance"] as const;

/** How long, as Prometheus writes it, or a part of the life of what SPIRE issues. */
const duration = text("a duration such as 5m", /^(?:\d+(?:ms|[smhdwy])|<(?:authority|svid) life \/ \d+>)$/);

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
        /** What to do first, for who reads nothing else. */
        action: text(),
        runbook_url: text("the name of a file of docs/runbooks", /^[a-z][a-z0-9-]*\.md$/),
    }),
});
const GROUPS = object({ groups: listOf(object({ name: text(), rules: listOf(RULE) })) });

type WrittenRule = Given<typeof RULE>;
type WrittenGroup = Given<typeof GROUPS>["groups"][number];
type Texts = WrittenRule["annotations"];

/** An alert as a stack has it: with the name of its cluster, and a link only where there is something to link to. */
export interface AlertRule extends Omit<WrittenRule, "labels" | "annotations"> {
    readonly labels: WrittenRule["labels"] & Readonly<Record<string, string | undefined>>;
    readonly annotations: Omit<Texts, "runbook_url"> &
        ({ readonly runbook_url: string } | { readonly runbook: string });
}

export interface AlertGroup {
    readonly name: string;
    readonly rules: readonly AlertRule[];
}

/** A file of alert groups; its name without the ending is the name of the PrometheusRule. */
export interface AlertFile<G = AlertGroup> {
    readonly name: string;
    readonly groups: readonly G[];
}

/** How long what SPIRE issues lives, in seconds. */
export interface Lives {
    /** The authority that signs. */
    readonly authority: number;
    /** The SVID of a workload that lives shortest. */
    readonly svid: number;
}

/** The stack that alerts are about. */
export interface AlertedStack {
    /** Name of its cluster. */
    readonly cluster: string;
    readonly settings: Pick<MonitoringSettings, "clusterLabel" | "runbooks">;
    readonly lives: Lives;
    /** Every namespace that the stack makes. */
    readonly namespaces: readonly string[];
    /** Names of the applications' Deployments, which are those of their jobs too. */
    readonly applications: readonly string[];
    /** Secrets that workloads read at their start only. */
    readonly startSecrets: readonly StartSecrets[];
}

/** The label that says whose cluster an alert is, where the series have no other for it. */
export const CLUSTER_LABEL = "cluster";

/** Stands in an expression for the name of an application. */
const APPLICATION = "<application>";

/** Stand in an expression for what is known of Secrets that a workload reads at its start only. */
const START_SECRETS: Readonly<Record<string, (of: StartSecrets) => string>> = {
    "<reader namespace>": ({ namespace }) => namespace,
    "<reader>": ({ workload }) => workload,
    // A dot in a name is no more than itself.
    "<secrets>": ({ secrets }) => [...new Set(secrets)].sort().join("|").replaceAll(".", "[.]"),
};

/** Stands in an expression for the stack's namespaces, as alternatives of a regular expression. */
const NAMESPACES = "<namespaces>";

/** Stands for a part of the life of what SPIRE issues. */
const LIFE = /<(authority|svid) life \/ (\d+)>/g;

/**
 * The alerts of this repository for a stack: those of an application or of Secrets once for each.
 *
 * @param which all of them, or only those that are about one application
 */
export function shippedAlerts(stack: AlertedStack, which: "all" | "applications" = "all"): readonly AlertFile[] {
    const files = readdirSync(DIRECTORY)
        .sort()
        .map((name) => ({ name, text: readFileSync(join(DIRECTORY, name), "utf8") }));
    const wanted = ({ expr }: WrittenRule) => which === "all" || expr.includes(APPLICATION);
    const parsed = parseAlerts(files).map((file) => ({
        ...file,
        groups: file.groups.map((group) => ({
            ...group,
            rules: group.rules
                .filter(wanted)
                .flatMap((rule) => ofApplications(rule, stack.applications))
                .flatMap((rule) => ofStartSecrets(rule, stack.startSecrets))
                .map((rule) => ofLives(rule, stack.lives))
                .map((rule) => ({
                    ...rule,
                    expr: withHandshakeRates(rule.expr).replaceAll(NAMESPACES, stack.namespaces.join("|")),
                })),
        })),
    }));
    return ofStack(
        parsed
            .map((file) => ({ ...file, groups: file.groups.filter(({ rules }) => rules.length > 0) }))
            .filter(({ groups }) => groups.length > 0),
        stack,
    );
}

/** The alerts with what each alert of a stack has: the label of its cluster, and where its runbook is. */
export function ofStack(
    files: readonly AlertFile<WrittenGroup>[],
    { cluster, settings: { clusterLabel, runbooks } }: Pick<AlertedStack, "cluster" | "settings">,
): readonly AlertFile[] {
    const runbook = (file: string) =>
        runbooks === undefined ? { runbook: `docs/runbooks/${file}` } : { runbook_url: `${runbooks}/${file}` };
    const completed = ({ annotations: { runbook_url: file, ...texts }, ...rule }: WrittenRule): AlertRule => ({
        ...rule,
        expr:
            clusterLabel === undefined ? rule.expr : narrowed(rule.expr, `${clusterLabel}=${JSON.stringify(cluster)}`),
        labels: { ...rule.labels, [clusterLabel ?? CLUSTER_LABEL]: cluster },
        annotations: { ...texts, ...runbook(file) },
    });
    return files.map((file) => ({
        ...file,
        groups: file.groups.map((group) => ({ ...group, rules: group.rules.map(completed) })),
    }));
}

function ofLives(rule: WrittenRule, lives: Lives): WrittenRule {
    const seconds = (text: string, unit: string) =>
        text.replaceAll(LIFE, (_, of: keyof Lives, parts: string) => `${Math.floor(lives[of] / Number(parts))}${unit}`);
    return { ...rule, expr: seconds(rule.expr, ""), ...(rule.for !== undefined && { for: seconds(rule.for, "s") }) };
}

function ofApplications(rule: WrittenRule, applications: readonly string[]): readonly WrittenRule[] {
    return rule.expr.includes(APPLICATION)
        ? applications.map((name) => ({ ...rule, expr: rule.expr.replaceAll(APPLICATION, name) }))
        : [rule];
}

function ofStartSecrets(rule: WrittenRule, startSecrets: readonly StartSecrets[]): readonly WrittenRule[] {
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
 * it means, what to do first and which runbook to open, and no name is used twice.
 *
 * @throws InputError with every fault at once.
 */
export function parseAlerts(
    files: readonly { readonly name: string; readonly text: string }[],
): readonly AlertFile<WrittenGroup>[] {
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
