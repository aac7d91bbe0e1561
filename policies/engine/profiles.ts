import type { Control, Enforcement, ParamSchema, ParamSchemas, Params, Profile } from "./control";
import { defaultParams } from "./control";
import { namesOf } from "./names";
import { suggestion } from "../text";

/** A profile by name, or `all`: every control with its default parameters. */
export type ProfileName = Profile | "all";

export const PROFILES: readonly ProfileName[] = ["baseline", "restricted", "cis", "nsa", "x0tta6bl4", "all"];

/** A control as it is to be run. */
export interface Selected {
    readonly control: Control;
    readonly enforcement: Enforcement;
    readonly params: Params<ParamSchemas>;
}

/** Levels as Pulumi's policy configuration names them. `remediate` has no meaning for security controls and is refused. */
const LEVELS = ["mandatory", "advisory", "disabled"] as const;
type Level = (typeof LEVELS)[number];

/** The configuration is wrong; `faults` holds one line for each mistake, path first. */
export class PolicyConfigError extends Error {
    constructor(public readonly faults: readonly string[]) {
        super(faults.join("\n"));
        this.name = "PolicyConfigError";
    }
}

/**
 * The controls a profile holds. A control that another of the same profile supersedes is left out, so that nothing is
 * reported twice; `all` keeps both, because it answers for each control by itself. One that only repeats others is left out
 * of all.
 */
export function profileControls(registry: readonly Control[], profile: ProfileName): readonly Control[] {
    const own = registry.filter(({ repeats = [] }) => repeats.length === 0);
    if (profile === "all") {
        return own;
    }
    const held = own.filter((control) => control.profiles.includes(profile));
    const superseded = new Set(held.flatMap((control) => control.supersedes ?? []));
    return held.filter((control) => !superseded.has(control.name));
}

/**
 * Selects the controls of a profile and applies a configuration in the form of Pulumi's `--policy-pack-config`:
 * `{"<control>": "<level>" | {"enforcementLevel": "<level>", "<parameter>": value}, "all": "<level>"}`.
 * A control named in the configuration is selected even where the profile does not hold it.
 *
 * @throws PolicyConfigError with every unknown name, unknown key and ill-typed value at once.
 */
export function selectControls(
    registry: readonly Control[],
    profile: ProfileName,
    config: unknown = {},
): readonly Selected[] {
    const faults: string[] = [];
    const settings = readConfig(registry, config, faults);
    if (faults.length > 0) {
        throw new PolicyConfigError(faults);
    }
    const held = new Set(profileControls(registry, profile));
    return registry.flatMap((control) => {
        const setting = settings.controls.get(control.name);
        if (!held.has(control) && setting === undefined) {
            return [];
        }
        const level = setting?.level ?? settings.all ?? control.enforcement ?? "mandatory";
        const params = { ...defaultParams(control), ...setting?.params };
        return level === "disabled" ? [] : [{ control, enforcement: level, params }];
    });
}

interface ControlSetting {
    readonly level: Level | undefined;
    readonly params: Readonly<Record<string, Params<ParamSchemas>[string]>>;
}

function readConfig(
    registry: readonly Control[],
    config: unknown,
    faults: string[],
): { all: Level | undefined; controls: Map<string, ControlSetting> } {
    const controls = new Map<string, ControlSetting>();
    let all: Level | undefined;
    if (typeof config !== "object" || config === null || Array.isArray(config)) {
        faults.push(`(root): must be an object that maps control names to settings`);
        return { all, controls };
    }
    const nameOf = namesOf(registry);
    const byName = new Map(registry.map((control) => [control.name, control]));
    for (const [name, value] of Object.entries(config)) {
        const control = byName.get(nameOf(name) ?? name);
        if (name === "all") {
            all = readLevel("all", value, faults);
        } else if (control === undefined) {
            faults.push(`${name}: no such control${suggestion(name, [...byName.keys()])}`);
        } else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
            controls.set(control.name, readSetting(control, value as Record<string, unknown>, faults));
        } else {
            controls.set(control.name, { level: readLevel(name, value, faults), params: {} });
        }
    }
    return { all, controls };
}

function readSetting(control: Control, value: Record<string, unknown>, faults: string[]): ControlSetting {
    const params: Record<string, Params<ParamSchemas>[string]> = {};
    let level: Level | undefined;
    for (const [key, setting] of Object.entries(value)) {
        const path = `${control.name}.${key}`;
        const schema = Object.hasOwn(control.params ?? {}, key) ? control.params?.[key] : undefined;
        if (key === "enforcementLevel") {
            level = readLevel(path, setting, faults);
        } else if (schema === undefined) {
            const known = Object.keys(control.params ?? {});
            faults.push(
                `${path}: no such parameter; ${known.length === 0 ? `${control.name} takes none` : `known are ${known.join(", ")}`}`,
            );
        } else if (fits(schema, setting)) {
            params[key] = setting;
        } else {
            faults.push(`${path}: must be ${expected(schema)}, found ${JSON.stringify(setting)}`);
        }
    }
    return { level, params };
}

function readLevel(path: string, value: unknown, faults: string[]): Level | undefined {
    const level = LEVELS.find((candidate) => candidate === value);
    if (level === undefined) {
        faults.push(`${path}: must be one of ${LEVELS.join(", ")}, found ${JSON.stringify(value)}`);
    }
    return level;
}

function fits(schema: ParamSchema, value: unknown): value is Params<ParamSchemas>[string] {
    switch (schema.type) {
        case "string":
            return typeof value === "string" && (schema.enum === undefined || schema.enum.includes(value));
        case "integer":
            return Number.isInteger(value) && (value as number) >= (schema.minimum ?? Number.MIN_SAFE_INTEGER);
        case "boolean":
            return typeof value === "boolean";
        case "array":
            return Array.isArray(value) && value.every((item) => typeof item === "string");
    }
}

function expected(schema: ParamSchema): string {
    switch (schema.type) {
        case "string":
            return schema.enum === undefined ? "a string" : `one of ${schema.enum.join(", ")}`;
        case "integer":
            return schema.minimum === undefined ? "an integer" : `an integer of at least ${schema.minimum}`;
        case "boolean":
            return "true or false";
        case "array":
            return "a list of strings";
    }
}
