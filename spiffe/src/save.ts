import { randomUUID } from "node:crypto";
import { chmod, mkdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { requireInstance, requireObject, requireOptions, requireText } from "./arguments.js";
import type { X509Bundle } from "./bundle.js";
import { X509BundleSet } from "./bundle.js";
import { SourceError } from "./errors.js";
import type { X509Snapshot } from "./source.js";
import { X509Svid } from "./x509svid.js";

/** The link that is swapped; the same way as the kubelet updates a mounted Secret. */
const DATA_LINK = "..data";

/** Names of the files, to suit the program that reads them. */
export interface SavedNames {
    /** Defaults to `svid.pem`: the chain, leaf first. */
    readonly certificates?: string;
    /** Defaults to `svid_key.pem`: PKCS#8, readable by the owner only. */
    readonly key?: string;
    /** Defaults to `bundle.pem`: the authorities of the SVID's own trust domain, no other's. */
    readonly bundle?: string;
}

/**
 * Writes an identity as PEM files for a program that reads certificates from disk. All files change in one step: each name is a link
 * through one directory link, which is swapped when the new files are complete. Signal the program afterwards, on each `update`.
 *
 * @param folder made if need be; keep it on a memory file system, for it holds the private key
 * @throws {SourceError} `no_bundle` when the snapshot lacks the bundle of the SVID's trust domain; errors of node:fs
 */
export async function saveX509Snapshot(snapshot: X509Snapshot, folder: string, names: SavedNames = {}): Promise<void> {
    requireObject(snapshot, "snapshot");
    requireText(folder, "folder");
    requireOptions(names, "names");
    const { svid, bundles } = snapshot;
    requireInstance(svid, X509Svid, "snapshot.svid");
    requireInstance(bundles, X509BundleSet, "snapshot.bundles");
    const bundle = ownBundle({ svid, bundles });
    await replaceFiles(folder, [
        { name: names.certificates ?? "svid.pem", content: svid.certPem(), mode: 0o644 },
        { name: names.key ?? "svid_key.pem", content: svid.keyPem(), mode: 0o600 },
        { name: names.bundle ?? "bundle.pem", content: bundle.authorities.map(String).join(""), mode: 0o644 },
    ]);
}

/** The bundle of the SVID's own trust domain. @throws {SourceError} `no_bundle` when it is missing */
export function ownBundle({ svid, bundles }: Pick<X509Snapshot, "svid" | "bundles">): X509Bundle {
    const bundle = bundles.get(svid.id.trustDomain);
    if (bundle === undefined) {
        throw new SourceError("no_bundle", `${svid.id}: there is no bundle of trust domain ${svid.id.trustDomain}`);
    }
    return bundle;
}

/** A file to be written. */
export interface SavedFile {
    readonly name: string;
    readonly content: string;
    readonly mode: number;
}

/**
 * Writes files that belong together such that a reader sees all of one version: each name is a link through one directory link, which is
 * swapped when the new ones are complete.
 *
 * @param folder made if need be
 */
export async function replaceFiles(folder: string, files: readonly SavedFile[]): Promise<void> {
    const version = `..${randomUUID()}`;
    await mkdir(join(folder, version), { recursive: true, mode: 0o755 });
    for (const { name, content, mode } of files) {
        await writeFile(join(folder, version, name), content, { mode, flag: "wx" });
        // What the process's mask took away from the mode.
        await chmod(join(folder, version, name), mode);
    }
    const former = await linkTarget(join(folder, DATA_LINK));
    await replaceLink(folder, DATA_LINK, version);
    for (const { name } of files) {
        const target = join(DATA_LINK, name);
        if ((await linkTarget(join(folder, name))) !== target) {
            await replaceLink(folder, name, target);
        }
    }
    if (former !== undefined) {
        await rm(join(folder, former), { recursive: true, force: true });
    }
}

/** A link can't be overwritten, but another one can be moved over it, which is atomic. */
async function replaceLink(folder: string, name: string, target: string): Promise<void> {
    const temporary = join(folder, `..link-${randomUUID()}`);
    await symlink(target, temporary);
    await rename(temporary, join(folder, name));
}

async function linkTarget(path: string): Promise<string | undefined> {
    try {
        return await readlink(path);
    } catch {
        // Absent, or a file that stands where the link is to be.
        return undefined;
    }
}
