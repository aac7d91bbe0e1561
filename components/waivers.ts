import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { controls } from "../policies/controls";
import type { Waiver } from "../policies/engine/waivers";
import { waiversOf } from "../policies/engine/waivers";

/** The waivers of the policy pack, which the cluster honours too. */
const FOLDER = join(__dirname, "../policies/waivers");

/**
 * What people accept in the running stack, each until the last day on which it may hold: its own, or that of an emergency,
 * which a preview refuses where it ends too late.
 */
export function stackWaivers(): readonly Waiver[] {
    return waiversOf(pulumi.getStack(), FOLDER, controls, "policies/waivers").map((waiver) => {
        const { expires, emergency } = waiver;
        return emergency === undefined || emergency.until <= expires ? waiver : { ...waiver, expires: emergency.until };
    });
}
