import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { missingOfFalco } from "../../support/falco";

/** Why Falco can't run on the node: what of it is missing, or else that this machine doesn't let it load its probe. */
export const missingForFalco: readonly string[] = missingOfFalco.length > 0 ? missingOfFalco : probeFaults();

/** Has Falco load its probe, and watch for a second. */
function probeFaults(): readonly string[] {
    const folder = mkdtempSync(join(tmpdir(), "falco-"));
    const rule = { rule: "none", desc: "d", condition: "proc.pid = -1", output: "o", priority: "DEBUG" };
    const config = {
        engine: { kind: "modern_ebpf" },
        rules_files: [join(folder, "rules.yaml")],
        stdout_output: { enabled: true },
    };
    try {
        // Both are JSON, which is YAML too.
        writeFileSync(join(folder, "rules.yaml"), JSON.stringify([rule]));
        writeFileSync(join(folder, "falco.yaml"), JSON.stringify(config));
        const run = spawnSync("falco", ["-c", join(folder, "falco.yaml"), "-M", "1"], {
            encoding: "utf8",
            timeout: 30_000,
        });
        const [error = "Falco doesn't start"] = /Error: .*/.exec(run.stdout + run.stderr) ?? [];
        return run.status === 0 ? [] : [`rights or a kernel to load its probe (${error})`];
    } finally {
        rmSync(folder, { recursive: true });
    }
}
