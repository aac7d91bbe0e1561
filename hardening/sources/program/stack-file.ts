import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

import { load, YAMLException } from "js-yaml";

import { suggestion } from "../../../policies/text";
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
    if (!known.includes(stack)) {
        const hint = suggestion(stack, known);
        throw new ProjectError(
            `there is no stack "${stack}": Pulumi.${stack}.yaml does not exist${hint === "" ? "" : hint}; stacks here: ${known.join(", ") || "none"}`,
        );
    }
    const file = `Pulumi.${stack}.yaml`;
    const config: Record<string, string> = projectDefaults(project, name);
    const secretKeys: string[] = [];
    const settings = readYaml(directory, file)["config"] ?? {};
    if (!isObject(settings)) {
        throw new ProjectError(`${file}: config must be an object, found ${JSON.stringify(settings)}`);
    }
    for (const [key, value] of Object.entries(settings)) {
        const fullKey = key.includes(":") ? key : `${name}:${key}`;
        if (holdsSecret(value)) {
            secretKeys.push(fullKey);
        }
        config[fullKey] = rawValue(value);
    }
    const main = typeof project["main"] === "string" ? project["main"] : "index.ts";
    return { directory, main: resolve(directory, main), project: name, stack, config, secretKeys };
}

function readYaml(directory: string, file: string): Yaml {
    let content: unknown;
    try {
        content = load(readFileSync(join(directory, file), "utf8"));
    } catch (error) {
        if (error instanceof YAMLException) {
            throw new ProjectError(`${file}${error.mark ? `:${error.mark.line + 1}` : ""}: ${error.reason}`);
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
