#!/usr/bin/env node
import "../runtime.js";

import { SpiffeError } from "../errors.js";
import { COMMANDS } from "./commands.js";
import { HELP } from "./help.js";
import { UsageError } from "./options.js";

const [name = "", ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
}

if (["help", "--help", "-h"].includes(name) || args.includes("--help")) {
    process.stdout.write(HELP);
} else if (command === undefined) {
    process.stderr.write(HELP);
    process.exitCode = 2;
} else {
    try {
        await command.run(
            args,
            {
                say: (line) => void process.stdout.write(`${line}\n`),
                log: (line) => void process.stderr.write(`${new Date().toISOString()} ${line}\n`),
            },
            stop.signal,
        );
    } catch (error) {
        const usage = error instanceof UsageError;
        const code = error instanceof SpiffeError ? `${error.code}: ` : "";
        process.stderr.write(
            `spiffe ${name}: ${usage ? "" : code}${error instanceof Error ? error.message : String(error)}\n`,
        );
        process.exitCode = usage ? 2 : 1;
    }
}
