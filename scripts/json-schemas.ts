// Writes the JSON schemas of the files that people write, for their editors: npm run schemas:data
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { PROJECT_SCHEMA } from "../hardening/project";
import { controls } from "../policies/controls";
import type { Fields, Schema } from "../policies/engine/schema";
import { waiverFile } from "../policies/engine/waivers";

type Json = { readonly [key: string]: unknown };

/** Where they stand; they are published with the tool. */
const FOLDER = join(__dirname, "../packages/hardening/schemas");

/** The JSON schema of a schema: it takes whatever that takes, and what a person mistypes it mostly doesn't. */
function jsonSchema({ form, expected, absent }: Schema<unknown>): Json {
    const said = { description: `Must be ${expected}.`, ...defaultOf(absent) };
    switch (form.kind) {
        case "value":
            return { ...said, ...form.told };
        case "list":
            return { ...said, type: "array", items: jsonSchema(form.item) };
        case "map":
            return { ...said, type: "object", additionalProperties: jsonSchema(form.item) };
        case "object":
            return { ...said, ...objectSchema(form.fields) };
        case "union":
            return {
                ...said,
                oneOf: Object.entries(form.variants).map(([word, fields]) => {
                    const { properties, required, ...rest } = objectSchema(fields);
                    const tagged = { [form.tag]: { const: word }, ...(properties as Json) };
                    return { ...rest, properties: tagged, required: [form.tag, ...(required as string[])] };
                }),
            };
    }
}

function defaultOf(absent: Schema<unknown>["absent"]): Json {
    return absent === undefined || absent.value === null ? {} : { default: absent.value };
}

function objectSchema(fields: Fields): Json {
    const entries = Object.entries(fields);
    return {
        type: "object",
        additionalProperties: false,
        properties: Object.fromEntries(entries.map(([name, field]) => [name, jsonSchema(field)])),
        required: entries.filter(([, { absent }]) => absent === undefined).map(([name]) => name),
    };
}

const FILES: Readonly<Record<string, readonly [string, Schema<unknown>]>> = {
    project: ["hardening.yaml", PROJECT_SCHEMA],
    waivers: ["Accepted risks", waiverFile(controls)],
};

/** The text of each file of schemas, by its name. */
export function schemaFiles(): Readonly<Record<string, string>> {
    return Object.fromEntries(
        Object.entries(FILES).map(([name, [title, schema]]) => {
            const whole = { $schema: "http://json-schema.org/draft-07/schema#", title, ...jsonSchema(schema) };
            return [`${name}.json`, `${JSON.stringify(whole, undefined, 4)}\n`];
        }),
    );
}

if (require.main === module) {
    mkdirSync(FOLDER, { recursive: true });
    Object.entries(schemaFiles()).forEach(([name, text]) => writeFileSync(join(FOLDER, name), text));
}
