import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { ComponentFailure, MissingRequirement } from "./errors";
import { run, which } from "./exec";
import { lastLines, progress } from "./log";

/** Go modules that pin what is built, by name of their folder under test/cluster/go. */
type ModuleName = "kubernetes" | "kwok" | "coredns" | "external-secrets" | "kube-router" | "images";

interface Recipe {
    readonly module: ModuleName;
    /** The main package. */
    readonly package: string;
}

const RECIPES = {
    etcd: { module: "kubernetes", package: "go.etcd.io/etcd/server/v3" },
    "kube-apiserver": { module: "kubernetes", package: "k8s.io/kubernetes/cmd/kube-apiserver" },
    "kube-controller-manager": {
        module: "kubernetes",
        package: "k8s.io/kubernetes/cmd/kube-controller-manager",
    },
    "kube-scheduler": { module: "kubernetes", package: "k8s.io/kubernetes/cmd/kube-scheduler" },
    kubelet: { module: "kubernetes", package: "k8s.io/kubernetes/cmd/kubelet" },
    "kube-proxy": { module: "kubernetes", package: "k8s.io/kubernetes/cmd/kube-proxy" },
    kubectl: { module: "kubernetes", package: "k8s.io/kubernetes/cmd/kubectl" },
    kwok: { module: "kwok", package: "sigs.k8s.io/kwok/cmd/kwok" },
    coredns: { module: "coredns", package: "github.com/coredns/coredns" },
    "external-secrets": {
        module: "external-secrets",
        package: "github.com/external-secrets/external-secrets",
    },
    "kube-router": { module: "kube-router", package: "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router" },
    pause: { module: "images", package: "./pause" },
    standin: { module: "images", package: "./standin" },
} as const satisfies Record<string, Recipe>;

export type BinaryName = keyof typeof RECIPES;

/** A build that is stuck ends here. One that is slow, on a machine with other work to do, has to be left alone. */
const STUCK_AFTER_SECONDS = 4 * 3600;

const MODULES_FOLDER = join(__dirname, "..", "go");

/** Where everything that may be thrown away lives: binaries and their build logs. */
export function cacheFolder(): string {
    const xdg = process.env["XDG_CACHE_HOME"];
    return join(xdg !== undefined && xdg !== "" ? xdg : join(homedir(), ".cache"), "x0tta6bl4-cluster");
}

/** The folder of a module that is used for its files, at the version and checksum that go/crds pins. */
export async function dataModule(path: string): Promise<string> {
    if ((await which("go")) === undefined) {
        throw new MissingRequirement([`no go on PATH to fetch ${path} with (go.dev/dl)`]);
    }
    const download = await run("go", ["mod", "download", "-json", path], {
        cwd: join(MODULES_FOLDER, "crds"),
        timeoutSeconds: STUCK_AFTER_SECONDS,
    });
    if (download.code !== 0) {
        throw new Error(`can't download the Go module ${path}: ${lastLines(download.stderr || download.stdout, 3)}`);
    }
    return (JSON.parse(download.stdout) as { Dir: string }).Dir;
}

/**
 * The paths of the binaries asked for, built first if the cache lacks them. The cache key is the content of the module
 * (go.mod and go.sum, or its sources), so that a changed version never meets an old binary.
 *
 * @param timeoutSeconds how long each build may take
 */
export async function binaries<Name extends BinaryName>(
    names: readonly Name[],
    timeoutSeconds = STUCK_AFTER_SECONDS,
): Promise<Record<Name, string>> {
    const paths: Partial<Record<Name, string>> = {};
    for (const name of names) {
        paths[name] = await binary(name, timeoutSeconds);
    }
    return paths as Record<Name, string>;
}

async function binary(name: BinaryName, timeoutSeconds: number): Promise<string> {
    const recipe: Recipe = RECIPES[name];
    const source = join(MODULES_FOLDER, recipe.module);
    const folder = join(cacheFolder(), `${recipe.module}-${await fingerprint(source)}`);
    const path = join(folder, name);
    if (existsSync(path)) {
        return path;
    }
    if ((await which("go")) === undefined) {
        throw new MissingRequirement([`${name} is not built yet and there is no go on PATH to build it (go.dev/dl)`]);
    }
    await mkdir(folder, { recursive: true });
    progress(`building ${name}: only the first time, some minutes on an idle machine`);
    const started = Date.now();
    const partial = `${path}.${process.pid}`;
    const outcome = await run(
        "go",
        ["build", "-trimpath", "-ldflags", await linkerFlags(source), "-o", partial, recipe.package],
        {
            cwd: source,
            env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly -buildvcs=false" },
            timeoutSeconds,
        },
    );
    if (outcome.code !== 0) {
        throw new ComponentFailure(`go build of ${name}`, `ended with ${outcome.code}`, lastLines(outcome.stderr));
    }
    await rename(partial, path);
    progress(`built ${name} in ${Math.round((Date.now() - started) / 1000)} s`);
    return path;
}

async function fingerprint(folder: string): Promise<string> {
    const hash = createHash("sha256");
    for (const file of (await readdir(folder, { recursive: true })).sort()) {
        if (file.endsWith(".go") || file.endsWith("go.mod") || file.endsWith("go.sum")) {
            hash.update(`${file}\n`).update(await readFile(join(folder, file)));
        }
    }
    return hash.digest("hex").slice(0, 16);
}

/** Kubernetes takes its version from the linker; without one it calls itself v0.0.0 and clients refuse it. */
async function linkerFlags(folder: string): Promise<string> {
    const version = /k8s\.io\/kubernetes (v\S+)/.exec(await readFile(join(folder, "go.mod"), "utf8"))?.[1];
    return version === undefined ? "-s -w" : `-s -w -X k8s.io/component-base/version.gitVersion=${version}`;
}
