import { readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { NAMESPACE as SPIRE } from "../spire/layout";
import { toYaml } from "../yaml";
import type { ResponderSettings } from "./settings";

/** The policy file: what is shipped, with the stack's mode. */
export function policyText({ mode, killSwitch }: Pick<ResponderSettings, "mode" | "killSwitch">): string {
    const shipped = load(readFileSync(join(__dirname, "policy.yaml"), "utf8")) as object;
    return toYaml({ ...shipped, mode, killSwitch });
}

/** Namespaces that nothing is changed in: the policy's, and those of what everything leans on. */
export function protectedNamespaces(settings: ResponderSettings): readonly string[] {
    const { guards } = load(policyText(settings)) as {
        readonly guards: { readonly protectedNamespaces: readonly string[] };
    };
    return ["kube-system", SPIRE, ...guards.protectedNamespaces];
}
