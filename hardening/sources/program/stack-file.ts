import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";

import { load, YAMLException } from "js-yaml";

import { suggestion } from "../../../policies/text";
import { withoutValues } from "../yaml-fault";
import type { HostRequest } from "./registration";

/** A project or stack that can't be read; the message says where and why. */
export class ProjectError extends Error {
    constructor(message: string) {
        super(message);
        this.name = "ProjectError";
    }
}

type Yaml = Readonly<Record<string, unknown>>;

/** The stacks of a project: one for each `Pulumi.<stack>.yaml`, by name. */
export function stackNames(directory: string): readonly string[] {
    return readdirSync(directory)
        .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
        .sort();
}

/**
 * What a program host needs to run a stack, out of `Pulumi.yaml` and `Pulumi.<stack>.yaml`.
 *
 * @throws ProjectError where a file is missing, malformed, or for another runtime than Node.js.
 */
export function readStack(directory: string, stack: string): HostRequest {
    const project = readYaml(directory, "Pulumi.yaml");
    const name = project["name"];
    if (typeof name !== "string" || name === "") {
        throw new ProjectError(`Pulumi.yaml: name must be a text that is not empty, found ${JSON.stringify(name)}`);
    }
    const runtime = project["runtime"];
    const runtimeName = isObject(runtime) ? runtime["name"] : runtime;
    if (runtimeName !== "nodejs") {
        throw new ProjectError(`Pulumi.yaml: runtime must be nodejs, found ${JSON.stringify(runtimeName)}`);
    }
    const known = stackNames(directory);
    // Whoever keeps all settings elsewhere, as in Pulumi ESC, has no stack files at all.
    if (known.length > 0 && !known.includes(stack)) {
        const hint = suggestion(stack, known);
        throw new ProjectError(
            `there is no stack "${stack}": Pulumi.${stack}.yaml does not exist${hint === "" ? "" : hint}; stacks here: ${known.join(", ") || "none"}`,
        );
    }
    const file = `Pulumi.${stack}.yaml`;
    const config: Record<string, string> = projectDefaults(project, name);
    const secretKeys: string[] = [];
    const { config: settings = {}, environment } = known.length === 0 ? {} : readYaml(directory, file);
    if (!isObject(settings ?? {})) {
        throw new ProjectError(
            `${file}: config must be an object, found ${Array.isArray(settings) ? "a list" : `a ${typeof settings}`}`,
        );
    }
    for (const [key, value] of Object.entries(settings ?? {})) {
        const fullKey = key.includes(":") ? key : `${name}:${key}`;
        if (holdsSecret(value)) {
            secretKeys.push(fullKey);
        }
        config[fullKey] = rawValue(value);
    }
    const environments = environmentsIn(environment);
    return {
        directory,
        main: mainOf(directory, project["main"]),
        project: name,
        stack,
        config,
        secretKeys,
        environments,
    };
}

/** The ESC environments that a stack file imports by name. One that is written out in the file has no name. */
function environmentsIn(environment: unknown): readonly string[] {
    const imports = isObject(environment) ? environment["imports"] : environment;
    const named = (Array.isArray(imports) ? (imports as readonly unknown[]) : []).flatMap((entry) =>
        typeof entry === "string" ? [entry] : isObject(entry) ? Object.keys(entry) : [],
    );
    return isObject(environment) && isObject(environment["values"]) ? [...named, "(in the stack file)"] : named;
}

const ENTRIES = ["index.ts", "index.js", "index.mts", "index.mjs", "index.cts", "index.cjs"];

/**
 * The program's entry file, found as Pulumi's Node.js host finds it: what `main` of the project names, which may be a
 * folder; there what `main` of its package.json names, and else its index.
 */
function mainOf(directory: string, main: unknown): string {
    const named = typeof main === "string" ? resolve(directory, main) : directory;
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
        const main = isObject(content) ? content["main"] : undefined;
        return typeof main === "string" ? main : undefined;
    } catch {
        // Without a package.json, or with one that npm itself would refuse, the index counts.
        return undefined;
    }
}

function readYaml(directory: string, file: string): Yaml {
    let content: unknown;
    try {
        content = load(readFileSync(join(directory, file), "utf8"));
    } catch (error) {
        if (error instanceof YAMLException) {
            throw new ProjectError(
                `${file}${error.mark ? `:${error.mark.line + 1}` : ""}: ${withoutValues(error.reason)}`,
            );
        }
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            const shown = relative(process.cwd(), directory);
            throw new ProjectError(
                `${shown === "" ? "this folder" : directory} holds no ${file}; --directory names the folder of the project`,
            );
        }
        throw error;
    }
    if (content === undefined || content === null) {
        return {};
    }
    if (!isObject(content)) {
        throw new ProjectError(`${file}: must hold an object`);
    }
    return content;
}

/** Values the project file itself sets: `config.<key>.default` or `.value`. */
function projectDefaults(project: Yaml, name: string): Record<string, string> {
    const declared = isObject(project["config"]) ? project["config"] : {};
    return Object.fromEntries(
        Object.entries(declared).flatMap(([key, declaration]) => {
            const value = isObject(declaration) ? (declaration["value"] ?? declaration["default"]) : undefined;
            const fullKey = key.includes(":") ? key : `${name}:${key}`;
            return value === undefined ? [] : [[fullKey, rawValue(value)]];
        }),
    );
}

/** A value as the engine hands it to a program: text as it is, anything else as JSON with the keys of objects sorted. */
function rawValue(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(sorted);
    }
    return isObject(value)
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
    return isObject(value) && ("secure" in value || Object.values(value).some(holdsSecret));
}

function isObject(value: unknown): value is Yaml {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
