import { existsSync, readFileSync } from "node:fs";
import { createRequire, findSourceMap, setSourceMapsSupport } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { spare } from "./frugal";
import type { Recording, Sdk } from "./monitor";
import { recordProgram } from "./monitor";
import type { HostMessage, HostRequest } from "./registration";

/*
 * Runs one stack of a program in a process of its own, and reports what it registered. A program may throw, reject, exit or
 * keep state in modules; none of that must reach the tool or the other stack.
 */

const failures: unknown[] = [];

/**
 * The SDK that the program itself will load: only its own copy tells what it registers.
 *
 * @throws Error where the program's packages are not installed
 */
function sdkOf(main: string): Sdk {
    const ofProgram = createRequire(main);
    let file: string;
    try {
        file = ofProgram.resolve("@pulumi/pulumi");
    } catch {
        throw new Error(`@pulumi/pulumi is not installed beside the program; run npm ci in ${dirname(main)}`);
    }
    spare(file);
    return ofProgram(file) as Sdk;
}

/** The message a person needs: Pulumi's own user errors without a stack, anything else with the place in the program. */
function messageOf(error: unknown, directory: string, sdk: Sdk | undefined): string {
    if (!(error instanceof Error)) {
        return String(error);
    }
    const forUsers = sdk !== undefined && (sdk.RunError.isInstance(error) || sdk.ResourceError.isInstance(error));
    if (forUsers) {
        return error.message;
    }
    const frame = (error.stack ?? "")
        .split("\n")
        .find((line) => line.includes(directory) && !line.includes("node_modules"))
        ?.trim();
    return frame === undefined ? error.message : `${error.message}\n  ${writtenPlace(frame, directory)}`;
}

/** A line of a stack with the place in the file as it was written, relative to the program's folder. */
function writtenPlace(frame: string, directory: string): string {
    return frame.replace(/((?:file:\/\/)?\/[^()]*):(\d+):(\d+)/, (_, place: string, line: string, column: string) => {
        const file = place.startsWith("file:") ? fileURLToPath(place) : place;
        const origin = findSourceMap(file)?.findOrigin(Number(line), Number(column));
        const written = origin !== undefined && "lineNumber" in origin ? origin : undefined;
        return `${relative(directory, file)}:${written?.lineNumber ?? line}:${written?.columnNumber ?? column}`;
    });
}

/**
 * Keeps the maps of the program's compiled files and of nothing else, and writes stacks without looking into them. The SDK
 * takes a stack for every promise it makes; mapping each of them took a third of a preview, and only those of failures are
 * read, by {@link writtenPlace}. To be called after the compiler was registered, which asks for all maps.
 */
function mapFailuresOnly(): void {
    setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
    // eslint-disable-next-line @typescript-eslint/no-base-to-string -- V8's call sites have a text of their own, which their type leaves out
    Error.prepareStackTrace = (error, frames) => `${String(error)}\n    at ${frames.join("\n    at ")}`;
}

async function run(request: HostRequest, pulumi: Sdk): Promise<Recording> {
    process.chdir(request.directory);
    pulumi.runtime.setAllConfig({ ...request.config }, [...request.secretKeys]);
    const recording = await recordProgram(pulumi, request.project, request.stack);
    // TypeScript is compiled as it is loaded, file by file, so that `__dirname` means what it means under the engine.
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only in this process, after the chdir
    (require("tsx/cjs/api") as { register(): void }).register();
    mapFailuresOnly();
    await pulumi.runtime.runInPulumiStack(async () => programOutputs(await load(request.main)));
    await pulumi.runtime.disconnect();
    // A rejection inside an `apply` surfaces one turn after the last registration.
    await new Promise((resolve) => setImmediate(resolve));
    return recording;
}

/** Loads the program as Node.js would: as an ECMAScript module where its name or its package says so. */
async function load(main: string): Promise<unknown> {
    if (!isModule(main)) {
        // eslint-disable-next-line @typescript-eslint/no-require-imports, security/detect-non-literal-require -- the program is found at run time
        return require(main);
    }
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only in this process, after the chdir
    (require("tsx/esm/api") as { register(): void }).register();
    mapFailuresOnly();
    const { default: exported, ...outputs } = (await import(pathToFileURL(main).href)) as Readonly<
        Record<string, unknown>
    >;
    return exported ?? outputs;
}

/** By its ending, and else by `type` of the nearest package.json. */
function isModule(file: string): boolean {
    if (/\.[cm][jt]s$/.test(file)) {
        return /\.m[jt]s$/.test(file);
    }
    for (let folder = dirname(file); ; folder = dirname(folder)) {
        const manifest = join(folder, "package.json");
        if (existsSync(manifest)) {
            return (JSON.parse(readFileSync(manifest, "utf8")) as { readonly type?: unknown }).type === "module";
        }
        if (folder === dirname(folder)) {
            return false;
        }
    }
}

/** A program exports its outputs, or a function that makes them. */
function programOutputs(exported: unknown): unknown {
    return typeof exported === "function" ? (exported as () => unknown)() : exported;
}

function send(message: HostMessage): void {
    process.send?.(message, undefined, undefined, () => process.exit(message.kind === "done" ? 0 : 1));
}

process.on("unhandledRejection", (reason) => failures.push(reason));
process.on("uncaughtException", (error) => failures.push(error));
process.once("message", (request: HostRequest) => {
    const directory = dirname(request.main);
    let sdk: Sdk | undefined;
    Promise.resolve()
        .then(() => run(request, (sdk = sdkOf(request.main))))
        .catch((error: unknown) => {
            failures.unshift(error);
        })
        .then((recording) => {
            const messages = [...new Set(failures.map((failure) => messageOf(failure, directory, sdk)))];
            send(
                messages.length > 0 || !recording
                    ? { kind: "failed", message: messages.join("\n") }
                    : { kind: "done", registrations: recording.registrations, outputs: recording.outputs },
            );
        })
        .catch((error: unknown) => send({ kind: "failed", message: String(error) }));
});
