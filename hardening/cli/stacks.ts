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

/** The options by which a command takes its stacks. */
export const STACK_OPTIONS = {
    none: {},
    maybe: { directory: DIRECTORY, stack: { ...STACK, description: "the stack" } },
    one: { directory: DIRECTORY, stack: { ...STACK, description: "the stack", required: true } },
    many: {
        directory: DIRECTORY,
        stack: { ...STACK, description: "the stack, default all there are", multiple: true },
    },
} as const satisfies Record<StackCount, OptionTable>;

interface Requested {
    readonly stacks: readonly HostRequest[];
    /** Every stack that does not exist or can't be read. */
    readonly faults: readonly string[];
}

/** The stacks that a command line names, each read from its file. */
export async function stacksOf(count: StackCount, given: CommandLine["given"]): Promise<Requested> {
    // One that is missing is a fault of the options already, where it is needed.
    if (count === "none" || (count !== "many" && !given.has("stack"))) {
        return { stacks: [], faults: [] };
    }
    const { directory, stack } = valuesOf(STACK_OPTIONS.many, given);
    // Loaded where there is a program to read: reading its settings needs a YAML parser.
    const { requestedStacks } = await import("../preview/stacks.js");
    try {
        return { stacks: requestedStacks(resolve(directory), stack), faults: [] };
    } catch (error) {
        if (error instanceof InputError) {
            return { stacks: [], faults: error.faults };
        }
        throw error;
    }
}
