// Real manifests for the benchmark: those that packages of public registries ship, each held to its checksum.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Where the manifests come from: `kind` names the registry, `sum` is the checksum in the form of its client, `take` are the
 * paths inside that are taken, `small` says that the package is in the smaller set too.
 */
const PACKAGES = JSON.parse(readFileSync(new URL("corpus.json", import.meta.url), "utf8"));

/** How each registry's own client brings a package: it returns the folder of its files, and throws where the sum differs. */
const CLIENTS = { go: fromGo, npm: fromNpm, pypi: fromPypi };

function run(program, args, cwd) {
    const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28 });
    if (error !== undefined) {
        throw new Error(`${program} can't be started: ${error.message}`);
    }
    if (status !== 0) {
        throw new Error(`${program} ${args.join(" ")} failed:\n${stderr}${stdout}`);
    }
    return stdout;
}

function held({ name, version, sum }, found) {
    if (found !== sum) {
        throw new Error(`${name} ${version} has the checksum ${found}, and bench/corpus.json names ${sum}`);
    }
}

/** `go` itself holds what it brings to the public checksum database. */
function fromGo(wanted, work) {
    const { Dir, Sum } = JSON.parse(run("go", ["mod", "download", "-json", `${wanted.name}@${wanted.version}`], work));
    held(wanted, Sum);
    return Dir;
}

function fromNpm(wanted, work) {
    run("npm", ["pack", "--silent", `${wanted.name}@${wanted.version}`], work);
    const archive = only(work);
    held(wanted, `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`);
    run("tar", ["-xzf", archive], work);
    return join(work, "package");
}

function fromPypi(wanted, work) {
    const exact = `${wanted.name}==${wanted.version}`;
    run("pip", ["download", "--quiet", "--no-deps", "--only-binary", ":all:", exact], work);
    const archive = only(work);
    held(wanted, `sha256:${createHash("sha256").update(readFileSync(archive)).digest("hex")}`);
    run("unzip", ["-q", archive, "-d", "wheel"], work);
    return join(work, "wheel");
}

function only(folder) {
    const [first, ...others] = readdirSync(folder);
    if (first === undefined || others.length > 0) {
        throw new Error(`${folder} should hold one archive`);
    }
    return join(folder, first);
}

/** Files that hold Kubernetes objects as they are: no template, which no tool here could read. */
function isManifest(file) {
    if (!/\.ya?ml$/.test(file)) {
        return false;
    }
    const text = readFileSync(file, "utf8");
    return /^apiVersion:/m.test(text) && /^kind:/m.test(text) && !text.includes("{{");
}

function copyManifests(from, to, take) {
    for (const entry of readdirSync(from, { withFileTypes: true, recursive: true })) {
        const file = join(entry.parentPath, entry.name);
        const path = relative(from, file);
        // A kustomization or chart would be built, which is not what is timed.
        const isPlain = entry.isFile() && !/^(?:kustomization|Chart)\.ya?ml$/.test(entry.name);
        if (isPlain && take.some((prefix) => path.startsWith(prefix)) && isManifest(file)) {
            mkdirSync(dirname(join(to, path)), { recursive: true });
            cpSync(file, join(to, path));
        }
    }
}

function folderOf({ name, version }) {
    return `${name}@${version}`.replace(/[^\w.@-]+/g, "_");
}

/** The cache of the benchmark, which XDG's base directories place. */
function cacheFolder() {
    const { XDG_CACHE_HOME } = process.env;
    return join(XDG_CACHE_HOME ? XDG_CACHE_HOME : join(homedir(), ".cache"), "x0tta6bl4-bench");
}

/**
 * Fetches what the cache does not hold, and returns a folder for each package of a set.
 *
 * @param {"small" | "large"} set about 1,000 objects, or about 8,600 with those of the smaller set
 * @param {(line: string) => void} say hears what is being fetched
 * @returns {readonly string[]}
 * @throws where a client is missing or fails, or a checksum differs
 */
export function corpus(set, say = () => undefined) {
    return PACKAGES.filter(({ small }) => set === "large" || small === true).map((wanted) => fetched(wanted, say));
}

/**
 * The folder of one package of the corpus, the first of that name, fetched where the cache does not hold it.
 *
 * @param {string} name
 * @returns {string}
 * @throws as {@link corpus}
 */
export function packageFolder(name) {
    const found = PACKAGES.find((wanted) => wanted.name === name);
    if (found === undefined) {
        throw new Error(`bench/corpus.json has no package ${name}`);
    }
    return fetched(found, () => undefined);
}

function fetched(wanted, say) {
    const cache = join(cacheFolder(), "corpus");
    mkdirSync(cache, { recursive: true });
    // What is taken belongs to the name, so that a change of the table is not met by what an older one has brought.
    const taken = createHash("sha256").update(JSON.stringify(wanted)).digest("hex").slice(0, 12);
    const folder = join(cache, `${folderOf(wanted)}-${taken}`);
    if (!existsSync(folder)) {
        say(`fetching ${wanted.name} ${wanted.version}`);
        const work = mkdtempSync(join(tmpdir(), "hardening-corpus-"));
        const whole = mkdtempSync(join(cache, ".unfinished-"));
        try {
            copyManifests(CLIENTS[wanted.kind](wanted, work), whole, wanted.take);
            renameSync(whole, folder);
        } finally {
            rmSync(work, { recursive: true, force: true });
            rmSync(whole, { recursive: true, force: true });
        }
    }
    return folder;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
    const say = (line) => console.error(line);
    try {
        console.log(
            corpus("large", say)
                .map((folder) => relative(cacheFolder(), folder))
                .join("\n"),
        );
        console.error(`in ${cacheFolder()}`);
    } catch (error) {
        console.error(`error: ${error.message}`);
        process.exitCode = 2;
    }
}
