import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";

import { InputError, readContent, yamlContent } from "../../../policies/engine/input";
import type { Schema } from "../../../policies/engine/schema";
import { anything, mapOf, optional, orShort, partOf, text } from "../../../policies/engine/schema";
import { isObj } from "../../../policies/kubernetes/kube";
import { suggestion } from "../../../policies/text";
import type { HostRequest } from "./registration";

/** What is read of `Pulumi.yaml`. All else in it is Pulumi's own. */
const PROJECT = partOf({
    name: text(),
    runtime: orShort(partOf({ name: text() }), text(), (name) => ({ name })),
    main: optional(text()),
    config: optional(mapOf(anything)),
});
/** What is read of `Pulumi.<stack>.yaml`. */
const STACK = partOf({ config: optional(mapOf(anything)), environment: optional(anything) });

/** The runtime whose programs are run here; the CLI previews all others. */
export const EMBEDDED = "nodejs";

/** The stacks of a project: one for each `Pulumi.<stack>.yaml`, by name. */
export function stackNames(directory: string): readonly string[] {
    return readdirSync(directory)
        .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
        .sort();
}

/**
 * What a program host needs to run a stack, out of `Pulumi.yaml` and `Pulumi.<stack>.yaml`.
 *
 * @param settings values by key that count over those of the files; where a file's is encrypted, they are secret too
 * @throws InputError where a file is missing or malformed, a setting that `Pulumi.yaml` declares has no value, as the
 *     engine refuses it too, or a value is set for a program that is not run here.
 */
export function readStack(
    directory: string,
    stack: string,
    settings: ReadonlyMap<string, string> = new Map(),
): HostRequest {
    const { name, main, runtime, config: declared = {} } = readYaml(PROJECT, directory, "Pulumi.yaml");
    if (runtime.name !== EMBEDDED && settings.size > 0) {
        throw new InputError([
            `--config: the program's runtime is ${runtime.name}, and the pulumi CLI would write the values into Pulumi.${stack}.yaml; set them by pulumi config set`,
        ]);
    }
    const known = stackNames(directory);
    // Whoever keeps all settings elsewhere, as in Pulumi ESC, has no stack files at all.
    if (known.length > 0 && !known.includes(stack)) {
        const hint = suggestion(stack, known);
        throw new InputError([
            `there is no stack "${stack}": Pulumi.${stack}.yaml does not exist${hint}; stacks here: ${known.join(", ")}`,
        ]);
    }
    const config: Record<string, string> = projectDefaults(declared, name);
    const secretKeys: string[] = [];
    const { config: written = {}, environment } =
        known.length === 0 ? {} : readYaml(STACK, directory, `Pulumi.${stack}.yaml`);
    for (const [key, value] of Object.entries(written)) {
        const fullKey = fullKeyOf(key, name);
        if (holdsSecret(value)) {
            secretKeys.push(fullKey);
        }
        config[fullKey] = rawValue(value);
    }
    settings.forEach((value, key) => (config[fullKeyOf(key, name)] = value));
    const environments = environmentsIn(environment);
    const missing = Object.keys(declared).filter((key) => !(fullKeyOf(key, name) in config));
    // What an environment sets is not known here.
    if (missing.length > 0 && environments.length === 0 && runtime.name === EMBEDDED) {
        throw new InputError(
            missing.map(
                (key) =>
                    `config.${key} has no value: Pulumi.yaml declares it without a default; set it in Pulumi.${stack}.yaml, or by --config ${fullKeyOf(key, name)}=…`,
            ),
        );
    }
    return {
        directory,
        main: mainOf(directory, main),
        project: name,
        runtime: runtime.name,
        stack,
        config,
        secretKeys,
        environments,
    };
}

/** The ESC environments that a stack file imports by name. One that is written out in the file has no name. */
function environmentsIn(environment: unknown): readonly string[] {
    const imports = isObj(environment) ? environment["imports"] : environment;
    const named = (Array.isArray(imports) ? (imports as readonly unknown[]) : []).flatMap((entry) =>
        typeof entry === "string" ? [entry] : isObj(entry) ? Object.keys(entry) : [],
    );
    return isObj(environment) && isObj(environment["values"]) ? [...named, "(in the stack file)"] : named;
}

const ENTRIES = ["index.ts", "index.js", "index.mts", "index.mjs", "index.cts", "index.cjs"];

/**
 * The program's entry file, found as Pulumi's Node.js host finds it: what `main` of the project names, which may be a
 * folder; there what `main` of its package.json names, and else its index.
 */
function mainOf(directory: string, main = "."): string {
    const named = resolve(directory, main);
    if (!statSync(named, { throwIfNoEntry: false })?.isDirectory()) {
        return named;
    }
    const ofPackage = packageMain(named);
    return (
        [...(ofPackage === undefined ? [] : [ofPackage]), ...ENTRIES]
            .map((file) => resolve(named, file))
            .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile()) ?? resolve(named, "index.ts")
    );
}

function packageMain(folder: string): string | undefined {
    try {
        const content: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
        const main = isObj(content) ? content["main"] : undefined;
        return typeof main === "string" ? main : undefined;
    } catch {
        // Without a package.json, or with one that npm itself would refuse, the index counts.
        return undefined;
    }
}

function readYaml<T>(schema: Schema<T>, directory: string, file: string): T {
    let content: string;
    try {
        content = readFileSync(join(directory, file), "utf8");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            const shown = relative(process.cwd(), directory) === "" ? "this folder" : directory;
            throw new InputError([`${shown} holds no ${file}; --directory names the folder of the project`]);
        }
        throw error;
    }
    const root = yamlContent(content, file) ?? {};
    // A key without a value says no more than one that is left out.
    const given = isObj(root) ? Object.fromEntries(Object.entries(root).filter(([, value]) => value !== null)) : root;
    return readContent(schema, given, file);
}

/** Values the project file itself sets: `config.<key>.default` or `.value`, or what is no object as the value itself. */
function projectDefaults(declared: Readonly<Record<string, unknown>>, name: string): Record<string, string> {
    return Object.fromEntries(
        Object.entries(declared).flatMap(([key, declaration]) => {
            const value = isObj(declaration) ? (declaration["value"] ?? declaration["default"]) : declaration;
            return value === undefined || value === null ? [] : [[fullKeyOf(key, name), rawValue(value)]];
        }),
    );
}

/** A key with its namespace, which is the project's where none is written. */
function fullKeyOf(key: string, project: string): string {
    return key.includes(":") ? key : `${project}:${key}`;
}

/** A value as the engine hands it to a program: text as it is, anything else as JSON with the keys of objects sorted. */
function rawValue(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(sorted);
    }
    return isObj(value)
        ? Object.fromEntries(
              Object.keys(value)
                  .sort()
                  .map((key) => [key, sorted(value[key])]),
          )
        : value;
}

/** The CLI writes an encrypted value as an object whose only key is `secure`, at any depth. */
function holdsSecret(value: unknown): boolean {
    if (Array.isArray(value)) {
        return value.some(holdsSecret);
    }
    return isObj(value) && ("secure" in value || Object.values(value).some(holdsSecret));
}
