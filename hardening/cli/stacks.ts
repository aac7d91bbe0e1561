import { resolve } from "node:path";

import { InputError } from "../../policies/engine/input";
import type { HostRequest } from "../sources/program/registration";
import type { CommandLine, OptionTable } from "./options";
import { valuesOf } from "./options";

/** How many stacks of a program a command takes. `maybe`: one, or none where it is given something else to look at. */
export type StackCount = "none" | "maybe" | "one" | "many";

const DIRECTORY = {
    type: "text",
    short: "C",
    value: "DIR",
    description: "folder of Pulumi.yaml",
    default: ".",
} as const;
const STACK = { type: "text", short: "s", value: "NAME" } as const;
const CONFIG = {
    type: "text",
    short: "c",
    value: "KEY=VALUE",
    description: "a value of the program's configuration, over that of the stack's file",
    multiple: true,
} as const;

/** The options by which a command takes its stacks. */
const STACK_OPTIONS = {
    none: {},
    maybe: { directory: DIRECTORY, stack: { ...STACK, description: "the stack" }, config: CONFIG },
    one: { directory: DIRECTORY, stack: { ...STACK, description: "the stack", required: true }, config: CONFIG },
    many: {
        directory: DIRECTORY,
        stack: { ...STACK, description: "the stack, default all there are", multiple: true },
        config: CONFIG,
    },
} as const satisfies Record<StackCount, OptionTable>;

/** The options of a command that takes stacks: one of its own called `config` is for a file, beside the values. */
export function withStackOptions(count: StackCount, own: OptionTable): OptionTable {
    const all: OptionTable = { ...STACK_OPTIONS[count], ...own };
    const { config } = own;
    if (count === "none" || config?.type !== "text") {
        return all;
    }
    const description = `${config.description}; as ${CONFIG.value} ${CONFIG.description}`;
    return { ...all, config: { ...config, value: `${config.value}|${CONFIG.value}`, description, multiple: true } };
}

/** A value of a program's configuration: its key as Pulumi writes it. What has a slash before the sign is a path. */
const SETTING = /^((?:[\w.-]+:)?[\w.-]+)=(.*)$/s;

/** What `--config` was given for the programs of stacks, and what is left for the command. */
interface Parted {
    /** Values by key. */
    readonly settings: ReadonlyMap<string, string>;
    readonly given: CommandLine["given"];
    readonly faults: readonly string[];
}

/** Takes the values of programs' configuration out of what was given. */
export function partSettings(count: StackCount, own: OptionTable, given: CommandLine["given"]): Parted {
    const texts = given.get("config");
    if (count === "none" || texts === undefined) {
        return { settings: new Map(), given, faults: [] };
    }
    const settings = texts.flatMap((text) => {
        const [, key, value] = SETTING.exec(text) ?? [];
        return key === undefined || value === undefined ? [] : [[key, value] as const];
    });
    const files = texts.filter((text) => !SETTING.test(text));
    const faults = [
        ...(files.length > 0 && own["config"] === undefined ? [`--config must be ${CONFIG.value}`] : []),
        ...(files.length > 1 && own["config"] !== undefined
            ? [`--config names ${files.length} files; once is enough`]
            : []),
        ...(settings.length > 0 && count === "maybe" && !given.has("stack")
            ? [`--config ${CONFIG.value} is for the program of a stack; name it with --stack`]
            : []),
    ];
    const rest = new Map([...given].filter(([name]) => name !== "config"));
    return {
        settings: new Map(settings),
        given: files.length === 0 ? rest : rest.set("config", files),
        faults,
    };
}

interface Requested {
    readonly stacks: readonly HostRequest[];
    /** Every stack that does not exist or can't be read. */
    readonly faults: readonly string[];
}

/** The stacks that a command line names, each read from its file, with what it sets itself. */
export async function stacksOf(
    count: StackCount,
    given: CommandLine["given"],
    settings: ReadonlyMap<string, string>,
): Promise<Requested> {
    // One that is missing is a fault of the options already, where it is needed.
    if (count === "none" || (count !== "many" && !given.has("stack"))) {
        return { stacks: [], faults: [] };
    }
    const { directory, stack } = valuesOf(STACK_OPTIONS.many, given);
    // Loaded where there is a program to read: reading its settings needs a YAML parser.
    const { requestedStacks } = await import("../preview/stacks.js");
    try {
        return { stacks: requestedStacks(resolve(directory), stack, settings), faults: [] };
    } catch (error) {
        if (error instanceof InputError) {
            return { stacks: [], faults: error.faults };
        }
        throw error;
    }
}
