import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { load, YAMLException } from "js-yaml";

const DIRECTORY = join(__dirname, "alerts");

/** Areas that alerts are routed by. */
const AREAS = ["identity", "secrets", "runtime", "platform", "compliance"] as const;

/** An alert as Prometheus evaluates it. */
export interface AlertRule {
    readonly alert: string;
    readonly expr: string;
    readonly for?: string;
    /** How long it goes on after its expression has ended. */
    readonly keep_firing_for?: string;
    readonly labels: { readonly severity: string; readonly area: string; readonly target?: string };
    readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

export interface AlertGroup {
    readonly name: string;
    readonly rules: readonly AlertRule[];
}

/** A file of alert groups; its name without the ending is the name of the PrometheusRule. */
export interface AlertFile {
    readonly name: string;
    readonly groups: readonly AlertGroup[];
}

/** The alert files can't be used; `faults` holds one line for each mistake. */
export class AlertsError extends Error {
    constructor(public readonly faults: readonly string[]) {
        super(faults.join("\n"));
        this.name = "AlertsError";
    }
}

/** Stands in an expression for the name of an application. */
const APPLICATION = "<application>";

/**
 * The alerts of this repository, with the address of their runbooks filled in, and those of an application once for each.
 *
 * @param runbooks address of the directory of runbooks, without a trailing slash
 * @param applications names of the applications' Deployments, which are those of their jobs too
 * @param which all of them, or only those that are about one application
 */
export function shippedAlerts(
    runbooks: string,
    applications: readonly string[],
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

/**
 * Reads alert files and checks what Prometheus does not: severity and area are ours, every alert tells what happened, what
 * it means and which runbook to open, and no name is used twice.
 *
 * @throws AlertsError with every fault at once.
 */
export function parseAlerts(files: readonly { readonly name: string; readonly text: string }[]): readonly AlertFile[] {
    const faults: string[] = [];
    const parsed = files.map(({ name, text }) => ({
        name: name.replace(/\.yaml$/, ""),
        groups: readGroups(name, text, faults),
    }));
    const seen = new Set<string>();
    for (const file of parsed) {
        for (const rule of file.groups.flatMap((group) => group.rules)) {
            const at = `${file.name}.yaml: alert "${rule.alert}"`;
            faults.push(...ruleFaults(rule, at));
            if (seen.has(rule.alert)) {
                faults.push(`${at} is defined already`);
            }
            seen.add(rule.alert);
        }
    }
    if (faults.length > 0) {
        throw new AlertsError(faults);
    }
    return parsed;
}

function readGroups(name: string, text: string, faults: string[]): readonly AlertGroup[] {
    try {
        const content = load(text) as { groups?: unknown } | undefined;
        const groups = content?.groups;
        if (Array.isArray(groups) && groups.every((group) => Array.isArray((group as { rules?: unknown }).rules))) {
            return groups as AlertGroup[];
        }
        faults.push(`${name}: must hold a list named "groups", each with a list named "rules"`);
    } catch (error) {
        if (!(error instanceof YAMLException)) {
            throw error;
        }
        faults.push(`${name}:${(error.mark?.line ?? 0) + 1}: ${error.reason}`);
    }
    return [];
}

function ruleFaults(rule: Partial<AlertRule>, at: string): readonly string[] {
    const { severity, area } = rule.labels ?? {};
    const annotations: Partial<AlertRule["annotations"]> = rule.annotations ?? {};
    return [
        ...(typeof rule.expr === "string" && rule.expr.trim() !== "" ? [] : [`${at}: expr is missing`]),
        ...(severity === "critical" || severity === "warning"
            ? []
            : [`${at}: labels.severity must be critical or warning, found "${severity}"`]),
        ...((AREAS as readonly (string | undefined)[]).includes(area)
            ? []
            : [`${at}: labels.area must be one of ${AREAS.join(", ")}, found "${area}"`]),
        ...(["summary", "description"] as const)
            .filter((key) => typeof annotations[key] !== "string" || annotations[key].trim() === "")
            .map((key) => `${at}: annotations.${key} is missing`),
        ...(/^[a-z][a-z0-9-]*\.md$/.test(annotations.runbook_url ?? "")
            ? []
            : [`${at}: annotations.runbook_url must name a file of docs/runbooks, found "${annotations.runbook_url}"`]),
    ];
}
