import { readFile } from "node:fs/promises";

import { isObject, kindOf } from "../arguments.js";
import type { YamlReading } from "../yaml.js";
import type { Given, Option } from "./options.js";
import { OPTIONS, UsageError } from "./options.js";

/** Longest configuration read, in characters. */
const MAX_LENGTH = 1024 * 1024;

/** What an option of a form must be. */
const TEXTS = { number: "text or a number", octal: 'text such as "0600"' } as const;

/** What a configuration file says. */
export interface Config {
    /** As it was named. */
    readonly file: string;
    readonly given: Given;
    /** Of a command for `watch` to run. */
    readonly command: readonly string[] | undefined;
    /** One sentence each, starting with the file and the path in it. */
    readonly faults: readonly string[];
}

/**
 * Reads a file of options by their names, in YAML or JSON, and `command`, a list.
 *
 * @throws {UsageError} when there is no such mapping to be read, or no package `yaml` to read it by. What is wrong with single settings
 *     is told in `faults`.
 */
export async function readConfig(file: string): Promise<Config> {
    const root = await readMapping(file);
    const faults: string[] = [];
    const given: Record<string, unknown> = {};
    let command: readonly string[] | undefined;
    for (const [name, value] of Object.entries(root)) {
        if (name === "command") {
            command = readTexts(value, `${file}: command`, faults);
        } else if (Object.hasOwn(OPTIONS, name)) {
            given[name] = readSetting(name as keyof typeof OPTIONS, value, `${file}: ${name}`, faults);
        } else {
            faults.push(
                `${file}: ${JSON.stringify(name)} is no setting; there are ${[...Object.keys(OPTIONS), "command"].join(", ")}`,
            );
        }
    }
    return { file, given, command, faults };
}

function readSetting(name: keyof typeof OPTIONS, value: unknown, path: string, faults: string[]): unknown {
    const { type, multiple, form }: Option = OPTIONS[name];
    if (multiple) {
        return readTexts(value, path, faults);
    }
    if (type === "boolean") {
        return expect(value, typeof value === "boolean", path, "true or false", faults);
    }
    if (form === "number" && typeof value === "number") {
        return String(value);
    }
    return expect(value, typeof value === "string", path, form === undefined ? "text" : TEXTS[form], faults);
}

function readTexts(value: unknown, path: string, faults: string[]): readonly string[] | undefined {
    if (!Array.isArray(value) || value.length === 0) {
        faults.push(
            `${path} must be a list of texts that isn't empty, it is ${Array.isArray(value) ? "empty" : kindOf(value)}`,
        );
        return undefined;
    }
    const texts = value.map((text: unknown, index) =>
        expect(text, typeof text === "string", `${path}[${index}]`, "text", faults),
    );
    return texts.includes(undefined) ? undefined : (texts as string[]);
}

/** The value if it is what it must be, else nothing and a fault. */
function expect(value: unknown, right: boolean, path: string, wanted: string, faults: string[]): unknown {
    if (right) {
        return value;
    }
    faults.push(`${path} must be ${wanted}, it is ${kindOf(value)}`);
    return undefined;
}

async function readMapping(file: string): Promise<Record<string, unknown>> {
    let text: string;
    try {
        text = await readFile(file, "utf8");
    } catch (error) {
        throw new UsageError([`--config: ${error instanceof Error ? error.message : String(error)}`], { cause: error });
    }
    if (text.length > MAX_LENGTH) {
        throw new UsageError([`${file}: ${text.length} characters, at most ${MAX_LENGTH} are read`]);
    }
    const reading = (await yamlReader())(text);
    if ("faults" in reading) {
        throw new UsageError(
            reading.faults.map((fault) => `${file}: ${fault}`),
            { cause: reading.cause },
        );
    }
    if (!isObject(reading.value)) {
        throw new UsageError([`${file}: must be a mapping of settings, it is ${kindOf(reading.value)}`]);
    }
    return reading.value;
}

/** The command without a configuration file does without the package. */
async function yamlReader(): Promise<(text: string) => YamlReading> {
    try {
        return (await import("../yaml.js")).readYaml;
    } catch (error) {
        const missing = error instanceof Error && Reflect.get(error, "code") === "ERR_MODULE_NOT_FOUND";
        throw missing
            ? new UsageError(["--config needs the package yaml beside this one: npm install yaml"], { cause: error })
            : error;
    }
}
