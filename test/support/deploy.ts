import * as pulumi from "@pulumi/pulumi";

import { recordProgram } from "../../hardening/sources/program/monitor";
import type { Registration } from "../../hardening/sources/program/registration";
import { secretValue } from "../../hardening/sources/program/registration";
import { unwrap } from "../../hardening/sources/program/values";

/** What a piece of program registered. */
export class Deployed {
    constructor(public readonly registrations: readonly Registration[]) {}

    /** `[type, name]` of every resource but the stack, sorted: the exact list a component test compares. */
    public list(): readonly (readonly [string, string])[] {
        return this.registrations
            .filter(({ type }) => type !== "pulumi:pulumi:Stack")
            .map(({ type, name }) => [type, name] as const)
            .sort(([typeA, nameA], [typeB, nameB]) => typeA.localeCompare(typeB) || nameA.localeCompare(nameB));
    }

    /** The registration of a type token and name; fails where there is none. */
    public one(type: string, name: string): Registration {
        const found = this.registrations.find((candidate) => candidate.type === type && candidate.name === name);
        if (found === undefined) {
            const known = this.list().map((entry) => entry.join(" "));
            throw new Error(`no ${type} named ${name} was registered; there are:\n${known.join("\n")}`);
        }
        return found;
    }

    /** The plain inputs of a resource; reading an unknown value throws. */
    public inputs(type: string, name: string): Readonly<Record<string, unknown>> {
        return unwrap(this.one(type, name).inputs).props;
    }

    /** Says whether a top-level input is marked secret on its way to the engine. */
    public isSecret(type: string, name: string, input: string): boolean {
        return secretValue(this.one(type, name).inputs[input]) !== undefined;
    }

    /** Names of the resources one depends on, sorted. */
    public dependencies(type: string, name: string): readonly string[] {
        return this.one(type, name)
            .dependencies.map((urn) => urn.slice(urn.lastIndexOf("::") + 2))
            .sort();
    }
}

/**
 * Runs a piece of program on the SDK's mock monitor, as a preview of `project`'s `stack`, and waits until everything is
 * registered. Rejections inside an `apply` fail the test through `test/support/setup.ts`.
 */
export async function deploy(program: () => unknown, project = "x0tta6bl4", stack = "test"): Promise<Deployed> {
    const recording = await recordProgram(pulumi, project, stack);
    await pulumi.runtime.runInPulumiStack(async () => {
        await program();
        return {};
    });
    await pulumi.runtime.disconnect();
    return new Deployed(recording.registrations);
}

/**
 * The message with which a component refuses its arguments; fails where it does not. The program runs outside a stack:
 * within one, the same error would also reject the stack's own outputs.
 */
export async function refusalOf(program: () => unknown, project = "x0tta6bl4"): Promise<string> {
    const recording = await recordProgram(pulumi, project, "test");
    let message: string | undefined;
    try {
        await program();
    } catch (error) {
        message = error instanceof Error ? error.message : String(error);
    }
    await pulumi.runtime.disconnect();
    // A provider without a parent is the program's own, made to be handed over.
    const children = recording.registrations.filter(
        ({ custom, type, parent }) => custom && !(type.startsWith("pulumi:providers:") && !parent),
    );
    if (message === undefined) {
        throw new Error("the program was expected to be refused, but it was not");
    }
    if (children.length > 0) {
        throw new Error(`refused only after ${children.length} resource(s) were registered: ${message}`);
    }
    return message;
}
