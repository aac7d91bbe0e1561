import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { must } from "./exec";
import type { Node } from "./node";

/** An image made from local files, without a registry and without a builder. */
export interface ImageSpec {
    /** Name and tag as pods write them. */
    readonly tag: string;
    /** Path in the image to path on this machine. */
    readonly files: Readonly<Record<string, string>>;
    /** Empty folders with their mode, for mount points and sockets. */
    readonly folders?: Readonly<Record<string, number>>;
    readonly entrypoint: readonly string[];
    /** `uid:gid`; root when absent. */
    readonly user?: string;
    readonly env?: readonly string[];
}

/** Builds a docker archive with one layer and imports it into the node's containerd, in the kubelet's namespace. */
export async function importImage(node: Node, image: ImageSpec): Promise<void> {
    const work = await mkdtemp(join(node.folder, "image-"));
    try {
        const root = join(work, "root");
        for (const [path, mode] of Object.entries(image.folders ?? {})) {
            await mkdir(join(root, path), { recursive: true });
            await chmod(join(root, path), mode);
        }
        for (const [path, source] of Object.entries(image.files)) {
            await mkdir(dirname(join(root, path)), { recursive: true });
            await copyFile(source, join(root, path));
            await chmod(join(root, path), (await stat(source)).mode & 0o111 ? 0o755 : 0o644);
        }
        await must("tar", [
            ...["--create", "--file", join(work, "layer.tar"), "--directory", root],
            ...["--owner=0", "--group=0", "--sort=name", "--mtime=@0", "."],
        ]);
        const digest = createHash("sha256")
            .update(await readFile(join(work, "layer.tar")))
            .digest("hex");
        await writeFile(
            join(work, "config.json"),
            JSON.stringify({
                architecture: process.arch === "x64" ? "amd64" : process.arch,
                os: "linux",
                config: { Entrypoint: image.entrypoint, User: image.user ?? "", Env: image.env ?? [], WorkingDir: "/" },
                rootfs: { type: "layers", diff_ids: [`sha256:${digest}`] },
            }),
        );
        await writeFile(
            join(work, "manifest.json"),
            JSON.stringify([{ Config: "config.json", RepoTags: [image.tag], Layers: ["layer.tar"] }]),
        );
        const archive = join(work, "image.tar");
        await must("tar", [
            "--create",
            "--file",
            archive,
            "--directory",
            work,
            "manifest.json",
            "config.json",
            "layer.tar",
        ]);
        const [first = "ctr", ...rest] = [...node.prefix, "ctr", "--namespace", "k8s.io", "images", "import", archive];
        await must(first, rest);
    } finally {
        await rm(work, { recursive: true, force: true });
    }
}
