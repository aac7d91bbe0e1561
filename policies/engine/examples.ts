/** What a control refuses and what it allows, as one text in which the two differ in a few lines. */
export interface Example {
    /** Every line begins with two characters: `- ` is of what is refused, `+ ` of what is allowed, two spaces of both. */
    readonly diff: string;
    /** The manifests that the control refuses, as YAML. */
    readonly refused: string;
    /** The manifests that it allows, as YAML. */
    readonly allowed: string;
}

/** Examples by the name of their control. */
export type Examples = ReadonlyMap<string, Example>;

/**
 * Reads the examples of a folder of controls: under a heading that is the control's name, a block of code in `diff`.
 *
 * @throws Error with every section that is none, or whose control has one already
 */
export function parseExamples(markdown: string): Examples {
    const examples = new Map<string, Example>();
    const faults: string[] = [];
    for (const section of markdown.split(/^## /m).slice(1)) {
        const [, name = "", diff = ""] = /^(\S+)\n\n```diff\n([^]*?)\n```\n+$/.exec(`${section}\n`) ?? [];
        if (!/^(?:(?:[-+ ] .*|)(?:\n|$))+$/.test(diff) || !/^[-+]/m.test(diff)) {
            faults.push(
                `${section.split("\n")[0]}: is no block in diff, of lines that begin with "- ", "+ " or two spaces`,
            );
        } else if (examples.has(name)) {
            faults.push(`${name}: has two examples`);
        }
        examples.set(name, { diff, refused: side(diff, "-"), allowed: side(diff, "+") });
    }
    if (faults.length > 0) {
        throw new Error(faults.join("\n"));
    }
    return examples;
}

function side(diff: string, sign: "-" | "+"): string {
    const lines = diff.split("\n").filter((line) => line === "" || line.startsWith(" ") || line.startsWith(sign));
    return lines.map((line) => `${line.slice(2)}\n`).join("");
}
