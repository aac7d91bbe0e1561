import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

import type { Resource } from "../../../policies/kubernetes/resource";
import type { HostMessage, HostRequest, Registration, Wire } from "./registration";
import { madeBy } from "./made";
import { EMBEDDED } from "./stack-file";
import { unwrap } from "./values";

/** A program that failed; the message says what a person has to change. */
export class ProgramError extends Error {
    constructor(message: string) {
        super(message);
        this.name = "ProgramError";
    }
}

/** What previewing one stack of a program found. */
export interface ProgramPreview {
    readonly stack: string;
    readonly registrations: readonly Registration[];
    readonly resources: readonly Resource[];
    readonly outputs: Readonly<Record<string, Wire>>;
    /** Secrets of the whole stack; no report may contain one. */
    readonly secrets: ReadonlySet<string>;
}

/** The host is a file of its own beside the bundled tool; in a checkout without a build it is run from its source. */
function hostFile(): string {
    const built = join(__dirname, "program-host.js");
    return existsSync(built) ? built : join(__dirname, "host.ts");
}

/**
 * Runs a stack's program in a process of its own and returns what it registers; nothing is deployed and no engine, login
 * or cluster is needed.
 *
 * @param log receives what the program prints, line by line
 * @throws ProgramError where the program is in another language, throws, rejects, exits, or registers two resources under one URN
 */
export async function previewProgram(request: HostRequest, log: (line: string) => void): Promise<ProgramPreview> {
    if (request.runtime !== EMBEDDED) {
        throw new ProgramError(
            `the program's runtime is ${request.runtime}, which only the command preview judges, by the pulumi CLI`,
        );
    }
    const message = await runHost(request, log);
    if (message.kind === "failed") {
        throw new ProgramError(message.message);
    }
    const { registrations, outputs } = message;
    const source = `stack ${request.stack}`;
    const secrets = new Set<string>();
    const parents = new Set(registrations.map(({ parent }) => parent));
    const resources = registrations.flatMap((registration): readonly Resource[] => {
        const { urn, type } = registration;
        const { props, secrets: own } = unwrap(registration.inputs);
        own.forEach((secret) => secrets.add(secret));
        const resource = { source, document: 0, type, props, urn };
        const made = parents.has(urn) ? [] : madeBy(resource, registration.remote, request.directory);
        return made.length === 0 ? [resource] : made;
    });
    return { stack: request.stack, registrations, resources, outputs, secrets };
}

function runHost(request: HostRequest, log: (line: string) => void): Promise<HostMessage> {
    return new Promise((resolve, reject) => {
        const file = hostFile();
        const fromSource = file.endsWith(".ts");
        const child = fork(file, [], {
            stdio: ["ignore", "pipe", "pipe", "ipc"],
            // A wide young generation: a program makes many short-lived objects, and collecting them took a sixth of the time.
            // Nobody waits for an answer while the rest is collected, so that it need not be marked in small steps.
            execArgv: [
                "--max-semi-space-size=64",
                "--no-incremental-marking",
                ...(fromSource ? ["--import", "tsx"] : []),
            ],
            serialization: "advanced",
            // The compiled form of the SDK and the provider, some megabytes of code, is kept between runs. Asked for in the
            // environment, because the SDK is loaded before the host's own code could ask.
            env: { ...(!fromSource && { NODE_COMPILE_CACHE: join(dirname(file), ".cache") }), ...process.env },
        });
        let answer: HostMessage | undefined;
        child.on("message", (message) => {
            answer = message as HostMessage;
        });
        for (const stream of [child.stdout, child.stderr]) {
            lines(stream, log);
        }
        child.once("error", reject);
        child.once("close", (code, signal) => {
            resolve(
                answer ?? {
                    kind: "failed",
                    message: `the program ended by itself (${signal ?? `exit code ${code}`}) before all resources were registered; it must not call process.exit`,
                },
            );
        });
        child.send(request);
    });
}

/** Hands over what a stream holds, line by line. */
export function lines(stream: NodeJS.ReadableStream | null, log: (line: string) => void): void {
    let rest = "";
    stream?.setEncoding("utf8");
    stream?.on("data", (chunk: string) => {
        const parts = (rest + chunk).split("\n");
        rest = parts.pop() ?? "";
        parts.forEach(log);
    });
    stream?.on("end", () => {
        if (rest !== "") {
            log(rest);
        }
    });
}
