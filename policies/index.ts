import { readFileSync } from "node:fs";
import { join } from "node:path";

import { PolicyPack } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";

import { controls } from "./controls";
import { packPolicies } from "./engine/pack";
import { selectControls } from "./engine/profiles";
import { parseWaivers } from "./engine/waivers";

// A stack without a waiver file has no waivers.
function waiversOf(stack: string) {
    const file = join(__dirname, "waivers", `${stack}.yaml`);
    try {
        return parseWaivers(readFileSync(file, "utf8"), `waivers/${stack}.yaml`, controls);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return [];
        }
        throw error;
    }
}

new PolicyPack("x0tta6bl4-hardening", {
    description: "The hardening checklist of the x0tta6bl4 platform, enforced at preview.",
    policies: [
        ...packPolicies({
            registry: controls,
            selected: selectControls(controls, "x0tta6bl4"),
            waivers: waiversOf(pulumi.getStack()),
            now: new Date(),
        }),
    ],
});
