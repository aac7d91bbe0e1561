import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { main } from "../../../hardening/main";
import type { Cluster } from "../harness/cluster";
import type { StackName } from "./stack";

/**
 * What `hardening verify` can find out where nodes and pods exist in name only: it asks the API server alone, whose
 * admission, storage and authorization are the real ones.
 */
const OF_THE_API_SERVER = ["network-policies-in-place", "security-contexts-as-written", "access-as-granted"] as const;

/**
 * Runs those checks on a stack that has been applied. Where VERIFY_RESULTS names a folder, the report is kept there as
 * `<stack>.json` for `hardening report --verified`, marked as a rehearsal.
 *
 * @returns the state of each check, and everything that was not proved
 */
export async function rehearse(
    cluster: Cluster,
    stack: StackName,
): Promise<{ readonly states: Readonly<Record<string, string>>; readonly open: readonly string[] }> {
    const folder = mkdtempSync(join(tmpdir(), `verify-${stack}-`));
    const file = join(folder, "verify.json");
    const names = OF_THE_API_SERVER.flatMap((name) => ["--check", name]);
    const target = ["--stack", stack, "--kubeconfig", cluster.kubeconfig, "--rehearsal"];
    const lines: string[] = [];
    await main(["verify", ...target, ...names, "--format", "json", "--out", file], {
        out: (text) => lines.push(text),
        shown: false,
        log: (line) => lines.push(line),
        stdin: () => Buffer.alloc(0),
        colour: false,
        interactive: false,
        now: () => new Date(),
        clock: () => performance.now(),
    });
    try {
        const text = readFileSync(file, "utf8");
        const kept = process.env["VERIFY_RESULTS"] ?? "";
        if (kept !== "") {
            writeFileSync(join(kept, `${stack}.json`), text);
        }
        const { checks } = JSON.parse(text) as {
            checks: {
                name: string;
                status: string;
                verdicts: { status: string; subject: string; message: string }[];
            }[];
        };
        return {
            states: Object.fromEntries(checks.map(({ name, status }) => [name, status])),
            open: checks
                .flatMap(({ verdicts }) => verdicts.filter(({ status }) => status !== "proved"))
                .map(({ subject, message }) => `${subject}: ${message}`),
        };
    } catch (error) {
        throw new Error(`hardening verify --stack ${stack} wrote no report: ${lines.join("\n")}`, { cause: error });
    } finally {
        rmSync(folder, { recursive: true });
    }
}
