import { constants } from "node:fs";
import { lstat, mkdir, open, rm } from "node:fs/promises";

import { AgentError } from "./error.js";

/** Permission bits of everybody but the owner. */
const OTHERS = 0o077;

/**
 * Makes a folder that only this user can look into, or takes one that is so already. Another's folder, or one that others may write to,
 * could hold links in place of the files to come, and would show the join token.
 *
 * @throws {AgentError} `unsafe_folder`; errors of node:fs
 */
export async function ownFolder(path: string): Promise<void> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const stats = await lstat(path);
    const refuse = (fault: string): never => {
        throw new AgentError(
            "unsafe_folder",
            `dataDir ${path} ${fault}: it must be a folder of this user with mode 0700`,
        );
    };
    if (!stats.isDirectory()) {
        refuse("is no folder, or a link to one");
    }
    const user = process.geteuid?.();
    if (user !== undefined && stats.uid !== user) {
        refuse(`belongs to user ${stats.uid}, not to ${user}`);
    }
    if ((stats.mode & OTHERS) !== 0) {
        refuse(`has mode 0${(stats.mode & 0o7777).toString(8)}`);
    }
}

/** Writes a file anew that only this user can read: an older one is removed, and a link that stands there is never followed. */
export async function writePrivate(path: string, content: string): Promise<void> {
    await rm(path, { force: true });
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
    const file = await open(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
    try {
        await file.writeFile(content);
    } finally {
        await file.close();
    }
}
