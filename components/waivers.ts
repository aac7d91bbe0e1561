import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { controls } from "../policies/controls";
import { Attempts, InputError } from "../policies/engine/input";
import type { Waiver } from "../policies/engine/waivers";
import { parseWaivers, waiversOf } from "../policies/engine/waivers";

/** The waivers of the policy pack, which the cluster honours too. */
const FOLDER = join(__dirname, "../policies/waivers");

/** What people accept in the running stack of this repository, as the cluster honours it. */
export function stackWaivers(): readonly Waiver[] {
    return inForce(waiversOf(pulumi.getStack(), FOLDER, controls, "policies/waivers"));
}

/**
 * The risks that some files accept, as the cluster honours them.
 *
 * @param files paths, relative to the folder that the program runs in
 * @throws pulumi.RunError with every mistake in them
 */
export function waiversOfFiles(files: readonly string[]): readonly Waiver[] {
    const attempts = new Attempts();
    const read = files.flatMap((file) => attempts.of(() => waiversOfFile(file), []));
    try {
        attempts.finish();
    } catch (error) {
        throw error instanceof InputError ? new pulumi.RunError(error.message) : error;
    }
    return inForce(read);
}

function waiversOfFile(file: string): readonly Waiver[] {
    let content: string;
    try {
        content = readFileSync(file, "utf8");
    } catch (error) {
        throw new InputError([`${file} can't be read (${(error as NodeJS.ErrnoException).code})`]);
    }
    return parseWaivers(content, file, controls);
}

/** Each until the last day on which it may hold: its own, or that of an emergency, which a preview refuses where it ends too late. */
function inForce(waivers: readonly Waiver[]): readonly Waiver[] {
    return waivers.map((waiver) => {
        const { expires, emergency } = waiver;
        return emergency === undefined || emergency.until <= expires ? waiver : { ...waiver, expires: emergency.until };
    });
}
