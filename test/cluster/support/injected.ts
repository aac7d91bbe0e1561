/** What happens in a container of the shop, by the program of its image, and what the shipped rules and policy make of it. */
export interface Injected {
    readonly name: string;
    /** For `node --eval`. */
    readonly script: string;
    /** The rule of Falco's that the incident is of. */
    readonly rule: string;
    /** Actions that change something, as they end up. */
    readonly actions: Readonly<Record<string, string>>;
    /** Whether it happens in the image that isn't known to ask for identities. */
    readonly stranger?: true;
}

const ISOLATED = { isolate: "done" };
const REVOCATION = { isolate: "done", "revoke-identity": "proposed" };
const connect = (port: number, host: string): string =>
    `net.connect(${port}, "${host}").on("error", () => {}); setTimeout(() => process.exit(), 300)`;
/** Nobody's, so that nothing leaves the node (RFC 5737). */
const NOBODY = "198.51.100.1";
const run = (path: string): string =>
    `fs.copyFileSync("/app/node", "${path}"); child_process.spawnSync("${path}", ["--version"])`;
/** `PTRACE_SEIZE` of ptrace(2) for the pod's first process, which goes on, as it would not after `PTRACE_ATTACH`. */
const TRACE = `child_process.spawnSync("/app/perl", ["-e", "syscall(${process.arch === "arm64" ? 117 : 101}, 0x4206, 1, 0, 0)"])`;
const SOCKET = "/run/identity/spire-agent.sock";

export const INJECTED: readonly Injected[] = [
    { name: "a shell", script: run("/tmp/sh"), rule: "Shell started in a guarded container", actions: ISOLATED },
    {
        name: "key material read",
        script: 'fs.writeFileSync("/tmp/svid.0.key", "-"); fs.readFileSync("/tmp/svid.0.key")',
        rule: "SVID or key material read by an unexpected process",
        actions: REVOCATION,
    },
    {
        name: "a token read by another process",
        script: 'fs.writeFileSync("/run/secrets/tokens/api", "-"); fs.readFileSync("/run/secrets/tokens/api")',
        rule: "Service account token read by an unexpected process",
        actions: REVOCATION,
    },
    {
        name: "cloud metadata",
        script: connect(80, "169.254.169.254"),
        rule: "Cloud metadata contacted from a container",
        actions: ISOLATED,
    },
    { name: "container drift", script: run("/tmp/tool"), rule: "Container drift", actions: ISOLATED },
    { name: "mining", script: connect(3333, NOBODY), rule: "Crypto mining", actions: ISOLATED },
    {
        name: "a write below /etc",
        script: 'fs.writeFileSync("/etc/open/ld.so.preload", "")',
        rule: "File written below etc or a directory of executables",
        actions: ISOLATED,
    },
    {
        name: "the container runtime's socket",
        script: 'net.createServer().listen("/tmp/containerd.sock", () => net.connect("/tmp/containerd.sock", () => process.exit()))',
        rule: "Container runtime socket contacted from a guarded container",
        actions: { isolate: "done", cordon: "done" },
    },
    {
        name: "tracing of another process",
        script: TRACE,
        rule: "Process traced or its memory opened in a guarded container",
        actions: ISOLATED,
    },
    {
        name: "connections out, again and again",
        script: `net.connect(9999, "${NOBODY}").on("error", () => {}); ${connect(9998, NOBODY)}`,
        rule: "Unexpected outbound connection",
        actions: ISOLATED,
    },
    {
        name: "a stranger at the Workload API, again and again",
        script: `net.connect("${SOCKET}"); net.connect("${SOCKET}"); setTimeout(() => process.exit(), 300)`,
        rule: "Workload API socket used by an unexpected process",
        actions: ISOLATED,
        stranger: true,
    },
];

/** What happens on a healthy cluster too, or where nothing is guarded. */
export const HARMLESS: readonly {
    readonly name: string;
    readonly script: string;
    /** Where: in the shop, in its image that isn't known, or in a namespace that nobody guards. */
    readonly where: "web" | "stranger" | "build";
}[] = [
    { name: "a program of the image that a person starts", script: "process.version", where: "web" },
    { name: "one connection out by a new feature", script: connect(9999, NOBODY), where: "web" },
    {
        name: "a file made executable",
        script: 'fs.writeFileSync("/tmp/t", ""); fs.chmodSync("/tmp/t", 0o755)',
        where: "web",
    },
    {
        name: "the program's own files read",
        script: 'fs.readFileSync("/app/talker.mjs"); fs.readFileSync("/etc/hosts")',
        where: "web",
    },
    { name: "a file written where the program may", script: 'fs.writeFileSync("/tmp/cache", "-")', where: "web" },
    {
        name: "one call of the Workload API",
        script: `net.connect("${SOCKET}", () => process.exit())`,
        where: "stranger",
    },
    { name: "a shell in a build pod", script: run("/tmp/sh"), where: "build" },
    { name: "a package manager in a build pod", script: run("/tmp/apt"), where: "build" },
    { name: "a file written below /etc in a build pod", script: 'fs.writeFileSync("/etc/open/x", "")', where: "build" },
    { name: "cloud metadata asked by a build pod", script: connect(80, "169.254.169.254"), where: "build" },
    { name: "a queue's port that pools use too, in a build pod", script: connect(5555, NOBODY), where: "build" },
];
