import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { must, run } from "./exec";
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

/** A program of this machine at a path in an image, with the libraries that the dynamic loader says it needs; a static one has none. */
export async function programWithLibraries(program: string, path: string): Promise<Readonly<Record<string, string>>> {
    const { code, stdout, stderr } = await run("ldd", [program]);
    if (code !== 0 && !stderr.includes("not a dynamic executable")) {
        throw new Error(`ldd ${program}: ${stderr}`);
    }
    const libraries = stdout.match(/\/\S+/g) ?? [];
    return { ...Object.fromEntries(libraries.map((library) => [library, library])), [path]: program };
}

/** Builds a docker archive with one layer and imports it into the node's containerd, in the kubelet's namespace. */
export async function importImage(node: Node, image: ImageSpec): Promise<void> {
    await inWorkFolder(node, async (work) => {
        await buildImage(work, image);
        await writeFile(
            join(work, "manifest.json"),
            JSON.stringify([{ Config: "config.json", RepoTags: [image.tag], Layers: ["layer.tar"] }]),
        );
        const archive = join(work, "image.tar");
        const parts = ["manifest.json", "config.json", "layer.tar"];
        await must("tar", ["--create", "--file", archive, "--directory", work, ...parts]);
        const [first, ...rest] = [...node.prefix, "ctr", "--namespace", "k8s.io", "images", "import", archive];
        await must(first, rest);
    });
}

/** Where the node's registry keeps its images; see registry.mts. */
export function registryFolder(node: Node): string {
    return join(node.folder, "registry");
}

/**
 * Puts an image into the node's registry, from where pods pull it as from any other.
 *
 * @param repository name in the registry, without the registry itself
 * @returns the digest to pin it by
 */
export async function publishImage(
    node: Node,
    repository: string,
    { tag, ...image }: ImageSpec,
): Promise<`sha256:${string}`> {
    const folder = registryFolder(node);
    const tags = join(folder, "tags", repository.replaceAll("/", "_"));
    await mkdir(tags, { recursive: true });
    await mkdir(join(folder, "blobs"), { recursive: true });
    return inWorkFolder(node, async (work) => {
        await buildImage(work, { ...image, tag });
        const blob = async (name: string): Promise<{ digest: `sha256:${string}`; size: number }> => {
            const content = await readFile(join(work, name));
            const digest = `sha256:${createHash("sha256").update(content).digest("hex")}` as const;
            await rename(join(work, name), join(folder, "blobs", digest));
            return { digest, size: content.length };
        };
        const manifest = {
            schemaVersion: 2,
            mediaType: "application/vnd.oci.image.manifest.v1+json",
            config: { mediaType: "application/vnd.oci.image.config.v1+json", ...(await blob("config.json")) },
            layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", ...(await blob("layer.tar")) }],
        };
        await writeFile(join(work, "manifest.json"), JSON.stringify(manifest));
        const { digest } = await blob("manifest.json");
        await writeFile(join(tags, tag), digest);
        return digest;
    });
}

async function inWorkFolder<Result>(node: Node, use: (work: string) => Promise<Result>): Promise<Result> {
    const work = await mkdtemp(join(node.folder, "image-"));
    try {
        return await use(work);
    } finally {
        await rm(work, { recursive: true, force: true });
    }
}

/** Writes `layer.tar` and `config.json` (OCI image configuration) into the folder. */
async function buildImage(work: string, image: ImageSpec): Promise<void> {
    const root = join(work, "root");
    await mkdir(root);
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
}
