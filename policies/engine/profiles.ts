import { isDeepStrictEqual } from "node:util";

import type { Control, Enforcement, ParamSchema, ParamSchemas, Params, Profile } from "./control";
import { defaultParams } from "./control";
import { isObj } from "../kubernetes/kube";
import { readContent } from "./input";
import { namesOf } from "./names";
import type { Schema } from "./schema";
import {
    anyText,
    boolean,
    integer,
    listOf,
    mapped,
    object,
    oneOf,
    optional,
    orShort,
    refined,
    withDefault,
} from "./schema";

/** A profile by name, or `all`: every control with its default parameters. */
export type ProfileName = Profile | "all";

export const PROFILES: readonly ProfileName[] = ["baseline", "restricted", "cis", "nsa", "x0tta6bl4", "all"];

/** A control as it is to be run. */
export interface Selected {
    readonly control: Control;
    readonly enforcement: Enforcement;
    /**
     * The level for objects whose Namespace is not among what is judged.
     * @default the same
     */
    readonly inPart?: Enforcement;
    readonly params: Params<ParamSchemas>;
    /**
     * Whether what comes from a source is judged by it. The source is empty for what is about no single object.
     * @default everything is
     */
    readonly isFor?: (source: string) => boolean;
}

/** Levels as Pulumi's policy configuration names them. `remediate` has no meaning for security controls and is refused. */
const LEVELS = ["mandatory", "advisory", "disabled"] as const;
type Level = (typeof LEVELS)[number];
const LEVEL = oneOf(...LEVELS);

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
 * Selects the controls of a profile and applies a configuration, which messages call `name`, in the form of Pulumi's
 * `--policy-pack-config`:
 * `{"<control>": "<level>" | {"enforcementLevel": "<level>", "<parameter>": value}, "all": "<level>"}`.
 * A control named in the configuration is selected even where the profile does not hold it.
 *
 * @throws InputError with every unknown name, unknown key and ill-typed value at once.
 */
export function selectControls(
    registry: readonly Control[],
    profile: ProfileName,
    config: unknown = {},
    name = "configuration",
): readonly Selected[] {
    const settings = readConfig(registry, config, name);
    const held = new Set(profileControls(registry, profile));
    return registry.flatMap((control) => {
        const setting = settings.controls.get(control.name);
        if (!held.has(control) && setting === undefined) {
            return [];
        }
        const params = { ...defaultParams(control), ...setting?.params };
        const asked = setting?.level ?? settings.all;
        const level = asked ?? defaultLevel(control, params);
        // Who asks for a level gets it.
        const softens = asked === undefined && control.advisesInPart !== undefined;
        return level === "disabled"
            ? []
            : [{ control, enforcement: level, ...(softens && { inPart: "advisory" as const }), params }];
    });
}

/** Whether a control waits for a parameter that nobody has set. */
export function isUnset({ advisesUntilSet, params = {} }: Control, values: Params<ParamSchemas>): boolean {
    return (
        advisesUntilSet !== undefined && isDeepStrictEqual(values[advisesUntilSet], params[advisesUntilSet]?.default)
    );
}

/** The level of a control where none is configured. */
function defaultLevel(control: Control, values: Params<ParamSchemas>): Level {
    return isUnset(control, values) ? "advisory" : (control.enforcement ?? "mandatory");
}

interface ControlSetting {
    readonly level: Level | undefined;
    readonly params: Params<ParamSchemas>;
}

/** The settings of a configuration by control, and the level of all others. */
function readConfig(
    registry: readonly Control[],
    config: unknown,
    name: string,
): { readonly all: Level | undefined; readonly controls: ReadonlyMap<string, ControlSetting> } {
    const nameOf = namesOf(registry);
    const byName = new Map(registry.map((control) => [control.name, control]));
    // A control may also be called by its id or a former name.
    const called = Object.keys(isObj(config) ? config : {}).flatMap((key) => {
        const control = byName.get(nameOf(key) ?? key);
        return control === undefined ? [] : [[key, control] as const];
    });
    const all: Schema<ControlSetting> = mapped(LEVEL, (level) => ({ level, params: {} }));
    const ofControls = [...byName, ...called].map(([key, control]) => [key, settingOf(control)] as const);
    const fields = [...ofControls, ["all", all] as const].map(([key, setting]) => [key, optional(setting)] as const);
    const schema = refined(object(Object.fromEntries(fields)), (given) => contradiction(called, given));
    const settings = readContent(schema, config, name);
    return {
        all: settings["all"]?.level,
        controls: new Map(
            called.flatMap(([key, control]) => {
                const setting = settings[key];
                return setting === undefined ? [] : [[control.name, setting] as const];
            }),
        ),
    };
}

/** What is wrong where two names of one control are set to different things: which of them counts would be a guess. */
function contradiction(
    called: readonly (readonly [key: string, control: Control])[],
    settings: Readonly<Record<string, ControlSetting | undefined>>,
): string | undefined {
    const keys = [...Map.groupBy(called, ([, control]) => control).values()]
        .map((own) => own.map(([key]) => key))
        .filter(([first = "", ...others]) => others.some((key) => !isDeepStrictEqual(settings[key], settings[first])));
    return keys.length === 0
        ? undefined
        : `sets a control to different things: ${keys.map((own) => own.join(" and ")).join("; ")}`;
}

/** What may be said of a control: its level alone, or that and its parameters. */
function settingOf(control: Control): Schema<ControlSetting> {
    const params = Object.entries(control.params ?? {}).map(([key, param]) => [key, parameter(param)] as const);
    const long = object({ enforcementLevel: optional(LEVEL), ...Object.fromEntries(params) });
    return orShort(
        mapped(long, ({ enforcementLevel: level, ...rest }) => ({ level, params: rest })),
        LEVEL,
        (level) => ({ level, params: defaultParams(control) }),
    );
}

function parameter(param: ParamSchema): Schema<Params<ParamSchemas>[string]> {
    switch (param.type) {
        case "string":
            return withDefault(param.enum === undefined ? anyText : oneOf(...param.enum), param.default);
        case "integer":
            return withDefault(integer(param.minimum), param.default);
        case "boolean":
            return withDefault(boolean(), param.default);
        case "array":
            return withDefault(listOf(anyText), param.default);
    }
}
