import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The files of a checkout, by Git's names for them. */
export interface Source {
    /** The commit that is checked out. */
    readonly commit: string;
    /** The tree of all files as they are now, also of those that no commit holds yet; ignored files aside. */
    readonly tree: string;
}

/** What there is to say of a checkout, or why there is nothing. */
export type SourceFound = Source | { readonly reason: string };

/** Looks at the checkout that a folder is in. Changes nothing in it, neither its index nor its objects. */
export function sourceOf(directory: string): SourceFound {
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
