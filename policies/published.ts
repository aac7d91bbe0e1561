import { PolicyPack } from "@pulumi/policy";

import { controls } from "./controls";
import { configuredPolicies } from "./engine/configured";

/** The pack as it is published: nothing of this repository's own stacks is in it. */
new PolicyPack("hardening", {
    description: "A hardening checklist for Kubernetes, enforced at preview.",
    // The engine starts a pack in the pack's own folder; who started pulumi is elsewhere.
    policies: configuredPolicies(controls, new Date(), process.env["PWD"] ?? process.cwd()),
});
