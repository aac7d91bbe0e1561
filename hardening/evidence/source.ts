import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { jsonContent, readContent } from "../../policies/engine/input";
import { object, text } from "../../policies/engine/schema";

/** The files of a checkout, by Git's names for them. */
export interface Source {
    /** The commit that is checked out. */
    readonly commit: string;
    /** The tree of all files as they are now, also of those that no commit holds yet; ignored files aside. */
    readonly tree: string;
}

/** What there is to say of a checkout, or why there is nothing. */
export type SourceFound = Source | { readonly reason: string };

/**
 * Where an image that holds a checkout's files, and not its history, says which they are. It is written while the image is built:
 * `npm run evidence:source`.
 */
export const SOURCE_FILE = "source.json";

const HEXADECIMAL = text("a name of Git's for an object", /^[0-9a-f]{40,64}$/);
const SOURCE = object({ commit: HEXADECIMAL, tree: HEXADECIMAL });

/**
 * Looks at the checkout that a folder is in. Changes nothing in it, neither its index nor its objects. Where there is no Git at all,
 * as in an image, what was written there when it was built is believed.
 */
export function sourceOf(directory: string): SourceFound {
    if (spawnSync("git", ["--version"]).error !== undefined) {
        return recordedIn(directory);
    }
    const [top, objects, commit] = [
        git(directory, ["rev-parse", "--show-toplevel"]),
        git(directory, ["rev-parse", "--path-format=absolute", "--git-path", "objects"]),
        git(directory, ["rev-parse", "--verify", "HEAD^{commit}"]),
    ];
    if (top === undefined || objects === undefined || commit === undefined) {
        return { reason: "this folder is in no checkout of Git, or nothing is committed in it" };
    }
    const scratch = mkdtempSync(join(tmpdir(), "source-"));
    try {
        const env = {
            GIT_INDEX_FILE: join(scratch, "index"),
            GIT_OBJECT_DIRECTORY: scratch,
            GIT_ALTERNATE_OBJECT_DIRECTORIES: objects,
        };
        const tree = ["read-tree HEAD", "add --all", "write-tree"].reduce<string | undefined>(
            (former, command) => (former === undefined ? undefined : git(top, command.split(" "), env)),
            "",
        );
        return tree === undefined ? { reason: "Git can't tell which files this checkout holds" } : { commit, tree };
    } finally {
        rmSync(scratch, { recursive: true, force: true });
    }
}

function recordedIn(directory: string): SourceFound {
    try {
        const file = join(directory, SOURCE_FILE);
        return readContent(SOURCE, jsonContent(readFileSync(file, "utf8"), file), file);
    } catch {
        return { reason: `there is no Git here, and no ${SOURCE_FILE} that says which files these are` };
    }
}

/** OWNER/NAME of the repository on GitHub that a checkout calls its origin; undefined where it is of no other place. */
export function githubRepository(directory: string): string | undefined {
    const origin = git(directory, ["remote", "get-url", "origin"]) ?? "";
    return /^(?:https:\/\/|ssh:\/\/git@|git@)github\.com[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(origin)?.[1];
}

/** What Git prints; undefined where it fails. Its own variables are left out: a hook's would name another repository. */
function git(
    directory: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
): string | undefined {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));
    const { status, stdout } = spawnSync("git", args, {
        cwd: directory,
        env: { ...Object.fromEntries(inherited), ...env },
        encoding: "utf8",
    });
    return status === 0 ? stdout.trim() : undefined;
}
