import * as pulumi from "@pulumi/pulumi";

import { suggestion } from "../policies/text";
import type { Foundation } from "./area";
import type { Config } from "./areas";
import { areas, broughtBy } from "./areas";
import { namespaceCollisions } from "./collisions";
import { foundationOf } from "./foundation";
import { targetFaults } from "./monitoring/monitoring";
import { flowFaults, repeatedPolicies } from "./network/flows";

/** A rule asked for settings that could not be read; those have faults of their own. */
class Unread extends Error {}

/**
 * Reads settings from raw values, each under its full key.
 *
 * @param values raw configuration of the program's own namespace, by full key such as `x0tta6bl4:cluster`
 * @param project the namespace: the project's name, or that of the component that was given the settings
 * @param program the project that runs, where it is a component's
 * @returns the settings, and every fault found; with faults the settings are not to be used
 */
export function readConfig(
    values: Readonly<Record<string, unknown>>,
    project: string,
    program = project,
): { readonly config: Config; readonly faults: readonly string[] } {
    const known = areas.map(({ key }) => key);
    const faults = Object.keys(values)
        .map((key) => [key, key.slice(project.length + 1)] as const)
        .filter(([, name]) => !known.some((key) => key === name))
        .map(([key, name]) => `${key} is not known${suggestion(name, known)}`);
    const unread = new Set<string>();
    const settings = areas.map(({ key, settings: schema }) => {
        const path = `${project}:${key}`;
        const before = faults.length;
        const value = schema.read(values[path], path, faults);
        if (faults.length > before) {
            unread.add(key);
        }
        return [key, value] as const;
    });
    const config = Object.fromEntries(settings) as Config;
    return { config, faults: [...faults, ...ruleFaults(readable(config, unread), project, program)] };
}

/** The configuration without what could not be read: asking for that stops a rule instead of misleading it. */
function readable(config: Config, unread: ReadonlySet<string>): Config {
    return new Proxy(config, {
        get: (target, key) => {
            if (unread.has(String(key))) {
                throw new Unread();
            }
            return Reflect.get(target, key) as unknown;
        },
    });
}

/** What the areas' rules, and those that hold between areas, find wrong, as far as the settings they need could be read. */
function ruleFaults(config: Config, project: string, program: string): readonly string[] {
    const foundation = foundationOf(config, project, program);
    const collisions = namespaceCollisions(
        asked(() => broughtBy(config)).map((area) => ({
            key: `${project}:${area.key}`,
            own: asked(() => area.namespaces?.(config)),
            foreign: asked(() => area.foreign?.(config)),
        })),
    );
    return [
        ...collisions,
        ...areas.flatMap((area) => asked(() => area.faults?.(config, `${project}:${area.key}`, foundation))),
        // Two areas in one namespace would also have flows and targets of one name; the namespace is what is wrong.
        ...(collisions.length > 0 ? [] : [...connectionFaults(config, project), ...targets(foundation, project)]),
    ];
}

/** What is wrong with the flows of each area, and with those of all together. */
function connectionFaults(config: Config, project: string): readonly string[] {
    const flows = asked(() => broughtBy(config)).map(({ key, flows: flowsOf }) => ({
        key,
        flows: asked(() => flowsOf?.(config)),
    }));
    const own = new Set(flows.flatMap((area) => repeatedPolicies(area.flows)));
    return [
        ...flows.flatMap((area) => flowFaults(area.flows).map((fault) => `${project}:${area.key}: ${fault}`)),
        ...repeatedPolicies(flows.flatMap((area) => area.flows))
            .filter((fault) => !own.has(fault))
            .map((fault) => `${project}: ${fault}`),
    ];
}

function targets(foundation: Foundation, project: string): readonly string[] {
    return asked(() => targetFaults(foundation.targets)).map((fault) => `${project}:monitoring: ${fault}`);
}

/** What a question is answered with; nothing where it needs settings that could not be read. */
function asked<T>(question: () => readonly T[] | undefined): readonly T[] {
    try {
        return question() ?? [];
    } catch (error) {
        if (error instanceof Unread) {
            return [];
        }
        throw error;
    }
}

/**
 * The settings of the running stack. The only reader of Pulumi's configuration.
 *
 * @throws pulumi.RunError naming every fault at once; the engine prints it without a stack trace.
 */
export function loadConfig(): Config {
    const project = pulumi.getProject();
    const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(`${project}:`));
    // Secrets reach the cluster through External Secrets. One in the configuration would be unwrapped here and end up in
    // the state as plain text, so it is refused by name and never looked at.
    const encrypted = own.filter(([key]) => isConfigSecret(key)).map(([key]) => key);
    const plain = own.filter(([key]) => !encrypted.includes(key));
    const { config, faults } = readConfig(structured(Object.fromEntries(plain)), project);
    const all = [
        ...encrypted.map((key) => `${key} is encrypted; settings hold no secrets, those come through External Secrets`),
        ...faults.filter((fault) => !encrypted.some((key) => fault.startsWith(`${key} is missing`))),
    ];
    if (all.length > 0) {
        throw new pulumi.RunError(
            `Stack "${pulumi.getStack()}" is misconfigured:\n${all.map((fault) => `  ${fault}`).join("\n")}`,
        );
    }
    return config;
}

/** The SDK keeps this function out of its typings; its own `Config` class is built on it. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean };

/** Settings as they were written, out of the texts that a program is handed for them, by the same keys. */
export function structured(texts: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
    return Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, parsed(value)]));
}

/** The engine hands structured values over as JSON text, and plain ones as they are. */
function parsed(value: string): unknown {
    try {
        return JSON.parse(value);
    } catch {
        return value;
    }
}
