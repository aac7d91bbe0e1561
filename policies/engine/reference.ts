import type { Control, ControlMeta } from "./control";
import type { Examples } from "./examples";
import type { Fact } from "./facts";
import { factsOf } from "./facts";
import { WAIVER_RULES } from "./governance";
import { IDS } from "./ids";
import { byName } from "./names";
import type { Ids } from "./numbering";
import { familiesOf } from "./document";

/**
 * The text of `docs/controls.md`: each control under a heading that is its name, which GitHub, GitLab and others make the
 * anchor of. Its id and its former names are anchors too, so that a rename breaks no link.
 */
export function controlsReference(registry: readonly Control[], examples: Examples, ids: Ids = IDS): string {
    const idsByName = byName(ids);
    const sections: readonly (readonly [title: string, controls: readonly ControlMeta[]])[] = [
        ...familiesOf(registry),
        ["Waivers", Object.values(WAIVER_RULES)],
    ];
    return [
        "# What each control says",
        "",
        "<!-- Generated from the registry by `npm run controls:doc`. Do not edit. -->",
        "",
        "`hardening controls NAME` prints the same, but for the examples: in them, lines with `-` are what the control refuses, and those with `+` are what it allows in their place. Each shows one control; what others ask for besides is left out. Reports link here where they are told the address of this file: [`--controls-url`](cli.md#links-to-controls). [CONTROLS.md](../policies/CONTROLS.md) lists all controls in tables.",
        "",
        ...sections.flatMap(([title, controls]) => [
            `## ${title}`,
            "",
            ...controls.flatMap((control) => [
                `### ${control.name}`,
                "",
                escape(control.description),
                "",
                ...factsOf(control, idsByName).map(lineOf),
                "",
                ...exampleOf(examples.get(control.name)?.diff),
            ]),
        ]),
    ].join("\n");
}

function exampleOf(diff: string | undefined): readonly string[] {
    return diff === undefined ? [] : ["```diff", diff, "```", ""];
}

function lineOf({ term, text, code, anchors = [] }: Fact): string {
    const places = anchors.map((anchor) => `<a id="${anchor}"></a>`).join("");
    return `- **${term}:** ${places}${code === true ? codeOf(text) : escape(text)}`;
}

/** A code span, which ends at as many backticks as it starts with (CommonMark 0.31.2, 6.1). */
function codeOf(text: string): string {
    const runs = [...text.matchAll(/`+/g)].map(([run]) => run.length);
    const ticks = "`".repeat(Math.max(0, ...runs) + 1);
    return `${ticks} ${text.replace(/\s+/g, " ")} ${ticks}`;
}

/** Text that means nothing to Markdown, on one line. */
function escape(text: string): string {
    return text.replace(/[\\`*_[\]<>|~]|&(?=[#\w]+;)/g, "\\$&").replace(/\s+/g, " ");
}
