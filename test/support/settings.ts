import type { Config } from "../../components/areas";
import type { PlatformSettings } from "../../components/platform/settings";
import { readConfig, structured } from "../../components/config";
import { readStack } from "../../hardening/sources/program/stack-file";

/** The settings of the stack staging, some of them replaced. Fails where they have faults. */
export function stagingConfig(
    over: Readonly<Record<string, unknown>> = {},
): Config & { readonly platform: PlatformSettings } {
    const { config: raw } = readStack(process.cwd(), "staging");
    const replaced = Object.fromEntries(Object.entries(over).map(([key, value]) => [`x0tta6bl4:${key}`, value]));
    const { config, faults } = readConfig({ ...structured(raw), ...replaced }, "x0tta6bl4");
    if (faults.length > 0) {
        throw new Error(faults.join("\n"));
    }
    const { platform } = config;
    if (platform === undefined) {
        throw new Error("the stack staging has no platform");
    }
    return { ...config, platform };
}
