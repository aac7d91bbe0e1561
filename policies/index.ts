import { join } from "node:path";

import { PolicyPack } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";

import { controls } from "./controls";
import { EXCEPTIONS, ExceptionBook } from "./engine/exceptions";
import { packPolicies } from "./engine/pack";
import { selectControls } from "./engine/profiles";
import { waiversOf } from "./engine/waivers";

new PolicyPack("x0tta6bl4-hardening", {
    description: "The hardening checklist of the x0tta6bl4 platform, enforced at preview.",
    policies: [
        ...packPolicies({
            registry: controls,
            selected: selectControls(controls, "x0tta6bl4"),
            waivers: waiversOf(pulumi.getStack(), join(__dirname, "waivers"), controls),
            exceptions: new ExceptionBook(EXCEPTIONS),
            now: new Date(),
        }),
    ],
});
