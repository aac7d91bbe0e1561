import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Command } from "../cli/command";
import { defineCommand } from "../cli/command";
import { gatewayOf } from "../compliance/push";
import { readSigningKey, signStatements } from "../evidence/sign";
import type { ExitCode } from "../findings";
import { EXIT } from "../findings";
import type { Io } from "../io";
import { UsageError } from "../io";
import { CONNECTION_OPTIONS } from "../sources/cluster/kubeconfig";
import { command as audit } from "./audit";
import { command as report } from "./report";
import { command as verify } from "./verify";

/** Looks at a stack's own cluster, and reports on what that and other evidence prove: audit, verify and report in one run. */
export const command = defineCommand({
    stacks: "one",
    options: {
        ...CONNECTION_OPTIONS,
        evidence: {
            type: "text",
            value: "DIR",
            description: "folder of statements of what ran elsewhere; it is not written to",
            multiple: true,
        },
        key: { type: "text", value: "FILE", description: "private key in PEM that signs what is seen here" },
        trust: { type: "text", value: "FILE", description: "as hardening report takes it" },
        history: { type: "text", value: "DIR", description: "former reports, for the trend; this one is added" },
        metrics: { type: "text", value: "FILE", description: "write the score as metrics, for a textfile collector" },
        push: { type: "text", value: "URL", description: "push the score as metrics to this push gateway" },
        keep: { type: "text", value: "DIR", description: "keep the statements of this run here, default nowhere" },
    },
    notes: [
        "For a job in the cluster: it reads with the pod's own account where no kubeconfig is given. Findings, checks that are",
        "not proved and open rows are what the report says, and end no run: exit code 0 where it was made and published.",
    ],
    run: async ({ options, stacks: [{ directory, stack }], io }) => {
        const key = options.key === undefined ? undefined : readSigningKey(options.key, "--key");
        const { keep } = options;
        if (keep !== undefined) {
            keeping(keep, () => mkdirSync(keep, { recursive: true }));
        }
        if (options.push !== undefined) {
            gatewayOf(options.push);
        }
        // A folder of this run's own, whatever is kept: what somebody else has put beside it would be signed with it.
        const seen = mkdtempSync(join(tmpdir(), "seen-"));
        const given = (name: string, ...values: readonly (string | undefined)[]): readonly string[] =>
            values.flatMap((value) => (value === undefined ? [] : [`--${name}`, value]));
        const about = ["--directory", directory, "--stack", stack];
        const cluster = [...given("kubeconfig", options.kubeconfig), ...given("context", options.context)];
        // Its report is for people; here it goes nowhere.
        const looked = [...about, ...cluster, "--evidence", seen, "--format", "json", "--out", "/dev/null"];
        try {
            await part("audit", audit, looked, io);
            await part("verify", verify, looked, io);
            if (key !== undefined) {
                signStatements(seen, key);
            }
            if (keep !== undefined) {
                keeping(keep, () => cpSync(seen, keep, { recursive: true }));
            }
            const reported = await part(
                "report",
                report,
                [
                    ...about,
                    ...given("evidence", seen, ...options.evidence),
                    ...given("trust", options.trust),
                    ...given("history", options.history),
                    ...given("push", options.push),
                    ...["--format", "prometheus", "--out", options.metrics ?? "/dev/null"],
                ],
                io,
            );
            return reported === EXIT.clean || reported === EXIT.violations ? EXIT.clean : reported;
        } finally {
            rmSync(seen, { recursive: true, force: true });
        }
    },
});

/** Writes to the folder that statements are kept in. @throws UsageError where that can't be done */
function keeping(folder: string, write: () => void): void {
    try {
        write();
    } catch (error) {
        throw new UsageError([`--keep ${folder} can't be written to (${(error as NodeJS.ErrnoException).code ?? ""})`]);
    }
}

/** Runs another command of the tool. */
async function part(name: string, other: Command, args: readonly string[], io: Io): Promise<ExitCode> {
    io.log(`== ${name}`);
    return other.run(other.read(name, args), io);
}
