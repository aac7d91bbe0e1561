import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { controls } from "../policies/controls";
import { InputError } from "../policies/engine/input";
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
 * @returns the risks, and every mistake in the files; with mistakes the risks are not to be used
 */
export function waiversOfFiles(files: readonly string[]): {
    readonly risks: readonly Waiver[];
    readonly faults: readonly string[];
} {
    const faults: string[] = [];
    const read = files.flatMap((file) => {
        try {
            return waiversOfFile(file);
        } catch (error) {
            if (error instanceof InputError) {
                faults.push(...error.faults);
                return [];
            }
            throw error;
        }
    });
    return { risks: inForce(read), faults };
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
