import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import type { Policies, PolicyConfigSchema, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";

import type { Control } from "./control";
import { EXCEPTIONS, ExceptionBook } from "./exceptions";
import { Attempts, InputError } from "./input";
import { packPolicies } from "./pack";
import type { ProfileName, Selected } from "./profiles";
import { PROFILES, selectControls } from "./profiles";
import type { Waiver } from "./waivers";
import { parseWaivers } from "./waivers";

/** Name under which the policy configuration says what the pack as a whole goes by. */
const SETTINGS = "hardening-settings";

const CONTROLS = `${SETTINGS}.controls`;

/** What the policy configuration says under {@link SETTINGS}. */
interface Settings {
    readonly profile: ProfileName;
    readonly controls: readonly string[];
    readonly waivers: readonly string[];
    readonly foundation: boolean;
}

const DEFAULTS: Settings = { profile: "restricted", controls: [], waivers: [], foundation: false };

/** The engine holds the configuration against it, so that what the pack reads is of these types. */
const SCHEMA = {
    profile: {
        type: "string",
        description: "The controls to run.",
        enum: [...PROFILES],
        default: DEFAULTS.profile,
    },
    controls: {
        type: "array",
        description: "Names of controls to run beside those of the profile.",
        items: { type: "string" },
        default: [],
    },
    waivers: {
        type: "array",
        description:
            "Files that accept risks: absolute, or relative to the folder that the shell is in where pulumi is started (PWD).",
        items: { type: "string" },
        default: [],
    },
    foundation: {
        type: "boolean",
        description:
            "Components of @x0tta6bl4/foundation make objects here: what they need by their nature is excepted.",
        default: DEFAULTS.foundation,
    },
} satisfies PolicyConfigSchema["properties"];

/** What the pack goes by, as configured. */
interface Choice {
    readonly selected: readonly Selected[];
    readonly waivers: readonly Waiver[];
    readonly exceptions: ExceptionBook;
    /** What is wrong with the settings; the defaults stand for all of them then. */
    readonly faults: readonly string[];
}

/**
 * The policies of a pack for anybody's stacks: which profile holds and which waivers apply is said by the policy
 * configuration under {@link SETTINGS}. Without it, the controls of `restricted` run and nothing is waived, whatever the
 * stack is called.
 *
 * @param folder the folder that relative paths of waiver files start from
 */
export function configuredPolicies(registry: readonly Control[], now: Date, folder: string): Policies {
    const pack = new ConfiguredPack(registry, folder);
    const policies = packPolicies({
        registry,
        served: selectControls(registry, "all"),
        get selected() {
            return pack.choice.selected;
        },
        get waivers() {
            return pack.choice.waivers;
        },
        get exceptions() {
            return pack.choice.exceptions;
        },
        now,
    });
    // The SDK runs the policies in their order, so what the first one is told holds for those behind it.
    return [settingsPolicy(pack), ...policies.map((policy) => pack.gated(policy))];
}

class ConfiguredPack {
    public choice: Choice;
    private read = "";
    private readonly inProfiles: ReadonlySet<string>;

    constructor(
        private readonly registry: readonly Control[],
        private readonly folder: string,
    ) {
        this.inProfiles = new Set(selectControls(registry, "all").map(({ control }) => control.name));
        this.choice = this.byDefault([]);
    }

    /** Takes the settings, unless they are those that it has. */
    public take(given: Partial<Settings>): void {
        const text = JSON.stringify(given);
        if (text === this.read) {
            return;
        }
        this.read = text;
        try {
            this.choice = { ...this.choose({ ...DEFAULTS, ...given }), faults: [] };
        } catch (error) {
            if (!(error instanceof InputError)) {
                throw error;
            }
            this.choice = this.byDefault(error.faults);
        }
    }

    private byDefault(faults: readonly string[]): Choice {
        const selected = selectControls(this.registry, DEFAULTS.profile);
        return { selected, waivers: [], exceptions: new ExceptionBook([]), faults };
    }

    private choose({ profile, controls, waivers, foundation }: Settings): Omit<Choice, "faults"> {
        const attempts = new Attempts();
        const selected = attempts.of(() => selectControls(this.registry, profile, byName(controls), CONTROLS), []);
        const accepted = waivers.flatMap((file) =>
            attempts.of(() => parseWaivers(textOf(this.folder, file), file, this.registry), []),
        );
        attempts.finish();
        // Whoever writes a program chooses its components' names, so it takes somebody else to say that they are these.
        return { selected, waivers: accepted, exceptions: new ExceptionBook(foundation ? EXCEPTIONS : []) };
    }

    /** The policy, silent where the profile does not hold its control. One that no profile holds is run by who enables it. */
    public gated<P extends ResourceValidationPolicy | StackValidationPolicy>(policy: P): P {
        const held = () =>
            !this.inProfiles.has(policy.name) ||
            this.choice.selected.some(({ control }) => control.name === policy.name);
        const { validateResource, validateStack } = policy as Partial<ResourceValidationPolicy & StackValidationPolicy>;
        return {
            ...policy,
            ...(typeof validateResource === "function" && {
                validateResource: (...[args, report]: Parameters<typeof validateResource>) =>
                    held() ? validateResource(args, report) : undefined,
            }),
            ...(validateStack !== undefined && {
                validateStack: (...[args, report]: Parameters<typeof validateStack>) =>
                    held() ? validateStack(args, report) : undefined,
            }),
        };
    }
}

/** A configuration that has each of the controls run. Nothing is said of their levels, so each has the one of its own. */
function byName(controls: readonly string[]): Readonly<Record<string, object>> {
    if (controls.includes("all")) {
        throw new InputError([`${CONTROLS}: all is no control but a profile; set ${SETTINGS}.profile to it`]);
    }
    return Object.fromEntries(controls.map((name) => [name, {}]));
}

/** The first policy of the pack: it passes its configuration on, and says once for each stack what is wrong with it. */
function settingsPolicy(pack: ConfiguredPack): ResourceValidationPolicy & StackValidationPolicy {
    return {
        name: SETTINGS,
        description: "The settings of the pack can be used.",
        enforcementLevel: "mandatory",
        severity: "high",
        configSchema: { properties: SCHEMA },
        validateResource(args) {
            pack.take(args.getConfig<Partial<Settings>>());
        },
        validateStack(args, report) {
            pack.take(args.getConfig<Partial<Settings>>());
            pack.choice.faults.forEach((fault) => report(fault));
        },
    };
}

function textOf(folder: string, file: string): string {
    try {
        return readFileSync(resolve(folder, file), "utf8");
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        const why = code === "ENOENT" ? `does not exist in ${folder}` : `can't be read (${code})`;
        throw new InputError([`${SETTINGS}.waivers: ${file} ${why}`]);
    }
}
