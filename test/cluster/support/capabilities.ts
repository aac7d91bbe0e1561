import { readFileSync } from "node:fs";

/** Capabilities that the stack's programs ask for, by their number (capabilities(7)). */
const NUMBERS = { SYS_PTRACE: 19, SYS_RESOURCE: 24, PERFMON: 38, BPF: 39 } as const;

/** Those of them that no process of this machine can have: its bounding set, in /proc/self/status, lacks them. */
const withheldCapabilities: readonly string[] = ((): readonly string[] => {
    const [, bounding = "0"] = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return Object.entries(NUMBERS)
        .filter(([, number]) => ((BigInt(`0x${bounding}`) >> BigInt(number)) & 1n) === 0n)
        .map(([name]) => name);
})();

/** Takes from containers the capabilities that this machine gives to nobody. */
export function withholdCapabilities(
    containers: readonly { readonly securityContext: { readonly capabilities: { add?: string[] } } }[],
): void {
    for (const { capabilities } of containers.map(({ securityContext }) => securityContext)) {
        if (capabilities.add !== undefined) {
            capabilities.add = capabilities.add.filter((capability) => !withheldCapabilities.includes(capability));
        }
    }
}
