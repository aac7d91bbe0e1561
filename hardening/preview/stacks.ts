import { join, relative } from "node:path";

import { controls } from "../../policies/controls";
import { Attempts } from "../../policies/engine/input";
import type { Waiver } from "../../policies/engine/waivers";
import { waiversOf } from "../../policies/engine/waivers";
import type { Io } from "../io";
import { Progress, UsageError } from "../io";
import type { ProgramPreview } from "../sources/program";
import { previewProgram } from "../sources/program";
import type { HostRequest } from "../sources/program/registration";
import { readStack, stackNames } from "../sources/program/stack-file";

/**
 * The stacks of a program by name, all there are where none is named; each is read from its file.
 *
 * @throws InputError with every stack that does not exist or can't be read.
 */
export function requestedStacks(
    directory: string,
    given: readonly string[],
    settings: ReadonlyMap<string, string> = new Map(),
): readonly HostRequest[] {
    const attempts = new Attempts();
    const there = given.length > 0 ? given : attempts.of(() => stackNames(directory), []);
    const names = [...new Set(there)];
    const requests = names.flatMap((name) => attempts.of(() => [readStack(directory, name, settings)], []));
    attempts.finish();
    if (names.length === 0) {
        const shown = relative(process.cwd(), directory) || "this folder";
        throw new UsageError([
            `${shown} holds no stack: there is no Pulumi.<stack>.yaml; name one with --stack to run it without settings`,
        ]);
    }
    return requests;
}

/** The waivers that the policy pack would apply to a stack: those of `policies/waivers/<stack>.yaml`. @throws InputError */
export function stackWaivers({ directory, stack }: HostRequest): readonly Waiver[] {
    const folder = join(directory, "policies", "waivers");
    return waiversOf(stack, folder, controls, relative(process.cwd(), folder));
}

/** Runs the program of a stack, and says on standard error that it does where that takes long. @throws ProgramError */
export function runStack(request: HostRequest, io: Io): Promise<ProgramPreview> {
    const run = previewProgram(request, stackLog(io, request.stack));
    return new Progress(io, `running the program of stack ${request.stack}`).during(run);
}

/** A logger that puts the stack before each line its program prints. */
export function stackLog(io: Io, stack: string): (line: string) => void {
    return (line) => io.log(`${stack}: ${line}`);
}
