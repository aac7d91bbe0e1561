import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Command } from "../cli/command";
import { defineCommand } from "../cli/command";
import { readSigningKey, signStatements } from "../evidence/sign";
import type { ExitCode } from "../findings";
import { EXIT } from "../findings";
import type { Io } from "../io";
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
        const seen = options.keep ?? mkdtempSync(join(tmpdir(), "seen-"));
        mkdirSync(seen, { recursive: true });
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
            if (options.keep === undefined) {
                rmSync(seen, { recursive: true, force: true });
            }
        }
    },
});

/** Runs another command of the tool. */
async function part(name: string, other: Command, args: readonly string[], io: Io): Promise<ExitCode> {
    io.log(`== ${name}`);
    return other.run(other.read(name, args), io);
}
