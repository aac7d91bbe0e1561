import { spawn } from "node:child_process";

import { isOnPath } from "../../path";
import type { ManifestFile } from "../manifests";
import { parseManifest } from "../manifests";
import { lines, ProgramError } from "./index";
import type { HostRequest } from "./registration";

/**
 * What `pulumi preview` shows of a stack whose program is in a language that is not run here. The CLI needs what it always
 * needs: the stack in its backend, a login, and the language's packages.
 *
 * @param log receives what the CLI says beside, line by line
 * @throws ProgramError where there is no CLI, or where it shows nothing
 */
export async function previewByCli(request: HostRequest, log: (line: string) => void): Promise<ManifestFile> {
    const { stack, runtime, directory } = request;
    const args = ["preview", "--stack", stack, "--json", "--non-interactive"];
    if (!isOnPath("pulumi")) {
        throw new ProgramError(
            `the program's runtime is ${runtime}, which the pulumi CLI previews, and that is not on the PATH`,
        );
    }
    const child = spawn("pulumi", args, { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
    lines(child.stderr, log);
    const ended = new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
    });
    const shown = Buffer.concat((await child.stdout.toArray()) as Buffer[]);
    const code = await ended;
    const read = shown.length === 0 ? undefined : parseManifest(`stack ${stack}`, shown);
    if (read === undefined || (code !== 0 && read.failures.length === 0)) {
        throw new ProgramError(
            `pulumi ${args.join(" ")} ended with exit code ${code}; run it in ${directory} to see why`,
        );
    }
    return read;
}
