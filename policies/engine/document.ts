import { append } from "../kubernetes/selectors";
import type { Control } from "./control";
import type { FrameworkName } from "./frameworks";
import { FRAMEWORKS } from "./frameworks";
import { WAIVER_RULES } from "./governance";
import { IDS } from "./ids";
import { byName, idOf } from "./names";
import type { Ids } from "./numbering";
import { profileControls, PROFILES } from "./profiles";
import { SLUG_FAMILIES, SLUGS } from "./slugs";

/** What holds every control at length, from where `CONTROLS.md` stands. */
const REFERENCE = "../docs/controls.md";

/** Reasons of `OUT_OF_SCOPE.md`, by slug. */
export type OutOfScope = ReadonlyMap<string, string>;

/**
 * Reads the rows of `OUT_OF_SCOPE.md`: `| \`slug\` | reason |`.
 *
 * @throws Error where a row names a slug twice.
 */
export function parseOutOfScope(markdown: string): OutOfScope {
    const reasons = new Map<string, string>();
    for (const [, slug = "", reason = ""] of markdown.matchAll(/^\| *`([^`]+)` *\|([^|\n]+)\| *$/gm)) {
        if (reasons.has(slug)) {
            throw new Error(`OUT_OF_SCOPE.md: ${slug} stands there twice`);
        }
        reasons.set(slug, reason.trim());
    }
    return reasons;
}

/** The text of `CONTROLS.md`: what there is, and what of the field's vocabulary it answers for. */
export function controlsDocument(registry: readonly Control[], outOfScope: OutOfScope, ids: Ids = IDS): string {
    const idsByName = byName(ids);
    return [
        "# Controls",
        "",
        "<!-- Generated from the registry by `npm run controls:doc`. Do not edit. -->",
        "",
        `${registry.length} controls. Each links to [why it matters and how to put it right](${REFERENCE}); \`hardening controls NAME\` says the same.`,
        "",
        ...profileTable(registry),
        ...familiesOf(registry).flatMap(([title, controls]) => controlTable(title, controls, idsByName)),
        ...waiverTable(),
        ...coverageTable(registry, outOfScope),
        ...frameworkTable(registry),
    ].join("\n");
}

function profileTable(registry: readonly Control[]): readonly string[] {
    return [
        "| Profile | Controls |",
        "| --- | ---: |",
        ...PROFILES.map((profile) => `| \`${profile}\` | ${profileControls(registry, profile).length} |`),
        "",
    ];
}

const BEYOND = "Beyond what other tools check";

/** Controls by the family of their first slug, in the families' order. */
export function familiesOf(
    registry: readonly Control[],
): readonly (readonly [title: string, controls: readonly Control[]])[] {
    const titleOf = ({ covers }: Control) => {
        const family = covers[0]?.split(".")[0] ?? "";
        return Object.hasOwn(SLUG_FAMILIES, family) ? SLUG_FAMILIES[family as keyof typeof SLUG_FAMILIES] : BEYOND;
    };
    return [...Object.values(SLUG_FAMILIES), BEYOND]
        .map((title) => [title, registry.filter((control) => titleOf(control) === title)] as const)
        .filter(([, controls]) => controls.length > 0);
}

function controlTable(
    title: string,
    controls: readonly Control[],
    ids: ReadonlyMap<string, string>,
): readonly string[] {
    return [
        `## ${title}`,
        "",
        "| Id | Control | Rule | Severity | Profiles | Standards | At admission |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        ...controls.map((control) => {
            const level = `${control.severity}${levelOf(control)}`;
            return row([
                idOf(control, ids) ?? "",
                linkTo(control),
                control.description,
                level,
                control.profiles.join(", ") || "all only",
                standardsOf(control),
                admissionOf(control),
            ]);
        }),
        "",
    ];
}

function waiverTable(): readonly string[] {
    return [
        "## Waivers",
        "",
        "These rules hold waivers themselves to account; no profile leaves them out.",
        "",
        "| Rule | Meaning | Severity |",
        "| --- | --- | --- |",
        ...Object.values(WAIVER_RULES).map((rule) => row([linkTo(rule), rule.description, rule.severity])),
        "",
    ];
}

function coverageTable(registry: readonly Control[], outOfScope: OutOfScope): readonly string[] {
    const byslug = new Map<string, string[]>();
    for (const control of registry) {
        for (const slug of control.covers) {
            append(byslug, slug, `\`${control.name}\``);
        }
    }
    const slugs = Object.entries(SLUGS);
    const covered = slugs.filter(([slug]) => byslug.has(slug)).length;
    return [
        "## Coverage",
        "",
        `Of ${slugs.length} things that the field's tools check, ${covered} are covered and ${outOfScope.size} are out of scope for the reason given.`,
        "",
        "| Slug | What is found | Controls |",
        "| --- | --- | --- |",
        ...slugs.map(([slug, meaning]) =>
            row([`\`${slug}\``, meaning, byslug.get(slug)?.join(", ") ?? `none: ${outOfScope.get(slug) ?? ""}`]),
        ),
        "",
    ];
}

function frameworkTable(registry: readonly Control[]): readonly string[] {
    const names = Object.keys(FRAMEWORKS) as FrameworkName[];
    return [
        "## Standards",
        "",
        "| Standard | Edition | Controls that refer to it |",
        "| --- | --- | ---: |",
        ...names.map((name) => {
            const { title, version, reference } = FRAMEWORKS[name];
            const uses = registry.filter(({ frameworks }) => frameworks.some(({ framework }) => framework === name));
            return row([`[${title}](${linkOf(reference)})`, version, String(uses.length)]);
        }),
        "",
    ];
}

function linkTo({ name }: Pick<Control, "name">): string {
    return `[\`${name}\`](${REFERENCE}#${name})`;
}

/** References within the repository are written from its root; the document stands one folder below. */
function linkOf(reference: string): string {
    return reference.startsWith("https://") ? reference : `../${reference}`;
}

function standardsOf({ frameworks }: Control): string {
    const names = [...new Set(frameworks.map(({ framework }) => framework))];
    return names
        .map((name) => {
            const ids = frameworks.filter(({ framework }) => framework === name).map(({ id }) => id);
            return `${name} ${ids.join(", ")}`;
        })
        .join("; ");
}

function admissionOf({ admission, advisesUntilSet, scope }: Control): string {
    if (admission === undefined) {
        return scope === "stack" ? "no: needs more than one object" : "no";
    }
    if ("none" in admission) {
        return `no: ${admission.none}`;
    }
    return advisesUntilSet === undefined ? "yes" : `yes, once \`${advisesUntilSet}\` is set`;
}

/** What the table says of a control that stops nothing, or not always. */
function levelOf({ enforcement, advisesUntilSet, advisesInPart }: Control): string {
    if (advisesUntilSet !== undefined) {
        return `, advisory until \`${advisesUntilSet}\` is set`;
    }
    return enforcement === "advisory" ? ", advisory" : advisesInPart === undefined ? "" : ", advisory in part";
}

function row(cells: readonly string[]): string {
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
}
