import { dump } from "js-yaml";

import type { Fields, Schema } from "../policies/engine/schema";
import { show } from "../policies/text";
import { WITHOUT } from "./area";
import { areas } from "./areas";

/** How deep settings are named in a description; what is below has its comments in the area's `settings.ts`. */
const DEPTH = 3;

/**
 * A project file with the description of each setting made of its schema: what it is named, and what stands for it where it
 * is left out. Everything before `config:` is kept.
 *
 * @param project text of `Pulumi.yaml`
 */
export function describeSettings(project: string): string {
    const head = project.slice(0, project.indexOf("\nconfig:\n") + 1);
    const config = Object.fromEntries(
        [...areas]
            .sort((a, b) => a.key.localeCompare(b.key, "en"))
            .map(({ key, description, settings }) => {
                // The engine refuses a stack without a setting that is declared and has no default.
                const optional = settings.absent === undefined ? {} : defaultOf(settings.absent.value);
                return [
                    key,
                    { ...optional, description: `${description}. Settings: ${key}${below(settings, DEPTH)}.` },
                ];
            }),
    );
    return `${head}${dump({ config }, { lineWidth: 120 })}`;
}

function defaultOf(value: unknown): object {
    return value === null ? { default: WITHOUT } : { type: "object", default: value };
}

/**
 * What stands behind a name: its parts (`.{…}` of an object, `[]` of a list, `.<name>` of a map), and in brackets what
 * stands for it where it is left out; a question mark where nothing does.
 *
 * @param given what an outer default says of it
 */
function below(schema: Schema<unknown>, depth: number, given?: unknown): string {
    const { form, absent } = schema;
    const value = given ?? absent?.value;
    switch (form.kind) {
        case "value":
            return value === undefined ? "" : value === null ? "?" : ` (${show(value)})`;
        case "list":
            return `[]${below(form.item, depth)}`;
        case "map":
            return `.<name>${below(form.item, depth)}`;
        case "object":
            return depth === 0 ? ".…" : `.{${fieldsOf(form.fields, depth, value)}}`;
        case "union":
            return `.${form.tag} (${Object.keys(form.variants).join(" | ")})`;
    }
}

function fieldsOf(fields: Fields, depth: number, given: unknown): string {
    const values: Readonly<Record<string, unknown>> = typeof given === "object" && given !== null ? { ...given } : {};
    return Object.entries(fields)
        .map(([name, field]) => `${name}${below(field, depth - 1, values[name])}`)
        .join(", ");
}
