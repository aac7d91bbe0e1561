import { AGENT_PATHS, SERVER_PATHS } from "../../../components/spire/layout";

/**
 * What an intruder would do in a pod of the platform, in JavaScript because its image has no shell, and the rules that must
 * see it. Nothing of it leaves the node: the addresses are those of nobody.
 */
export const IN_A_POD: readonly {
    readonly does: string;
    readonly script: string;
    readonly rules: readonly string[];
}[] = [
    {
        does: "starts a shell of its own",
        script: 'fs.copyFileSync("/app/node", "/tmp/sh"); child_process.spawnSync("/tmp/sh", ["--version"])',
        rules: ["Shell started in a guarded container"],
    },
    {
        does: "makes a file executable",
        script: 'fs.writeFileSync("/tmp/tool", ""); fs.chmodSync("/tmp/tool", 0o755)',
        rules: ["File made executable in a guarded container"],
    },
    {
        does: "asks the cloud's metadata service for credentials",
        script: 'net.connect(80, "169.254.169.254").on("error", () => {}); setTimeout(() => process.exit(), 500)',
        rules: ["Cloud metadata contacted from a container", "Unexpected outbound connection"],
    },
    {
        does: "joins a mining pool",
        script: 'net.connect(3333, "198.51.100.1").on("error", () => {}); setTimeout(() => process.exit(), 500)',
        rules: ["Crypto mining", "Unexpected outbound connection"],
    },
    {
        does: "reads a key that it found",
        script: 'fs.writeFileSync("/tmp/svid.0.key", "-"); fs.readFileSync("/tmp/svid.0.key")',
        rules: ["SVID or key material read by an unexpected process"],
    },
    {
        does: "opens the memory of a program that runs",
        script: 'fs.openSync("/proc/self/mem")',
        rules: ["Process traced or its memory opened in a guarded container"],
    },
    {
        does: "talks to what is called as the container runtime's socket",
        script: [
            'const socket = "/tmp/containerd.sock"',
            "net.createServer().listen(socket, () => net.connect(socket, () => process.exit()))",
        ].join("; "),
        rules: ["Container runtime socket contacted from a guarded container"],
    },
];

/** Ids of the processes that run, as the node counts them. */
export interface Processes {
    readonly server: string;
    readonly agent: string;
    readonly operator: string;
}

/** An intruder who is root on the node, and what Falco must say of what he does there. */
interface Intrusion {
    readonly does: string;
    /** For sh, on the node. */
    readonly script: (pids: Processes) => string;
    /** The process whose container he is in; none where he is outside all of them. */
    readonly inside?: keyof Processes;
    readonly rule: string;
}

const connect = (path: string): string =>
    `'${process.execPath}' --eval 'net.connect("${path}").on("error", () => {}).on("connect", () => process.exit())'`;

const [MEMFD_CREATE, WRITE, PTRACE] = process.arch === "arm64" ? [279, 64, 117] : [319, 1, 101];
/** For perl: attaches to its parent, by ptrace(2). */
const TRACES = `syscall(${PTRACE}, 16, getppid(), 0, 0)`;

/** For perl: a program out of nothing but memory, by memfd_create(2) and write(2). */
const FROM_MEMORY = [
    `my $name = "x"; my $memory = syscall(${MEMFD_CREATE}, $name, 0)`,
    'open(my $from, "<", "/bin/true"); local $/; my $program = <$from>',
    `syscall(${WRITE}, $memory, $program, length($program))`,
    'exec {"/proc/self/fd/$memory"} "true"',
].join("; ");

/** One for each rule that none of those in a pod sets off. */
export const ON_THE_NODE: readonly Intrusion[] = [
    {
        does: "asks the agent for somebody's identity",
        script: () => connect(`${AGENT_PATHS.hostSocketDir}/${AGENT_PATHS.socketFile}`),
        rule: "Workload API socket used by an unexpected process",
    },
    {
        does: "talks to the server as its administrator",
        script: ({ server }) => connect(`/proc/${server}/root${SERVER_PATHS.socket}`),
        rule: "SPIRE admin socket used by an unexpected process",
    },
    {
        does: "reads the server's data store",
        script: ({ server }) => `cat /proc/${server}/root${SERVER_PATHS.data}/datastore.sqlite3 > /dev/null`,
        rule: "SVID or key material read by an unexpected process",
    },
    {
        does: "puts something beside the agent's socket",
        script: () => `: > ${AGENT_PATHS.hostSocketDir}/intruder; rm ${AGENT_PATHS.hostSocketDir}/intruder`,
        rule: "Workload API socket directory changed by an unexpected process",
    },
    {
        does: "starts a tool in the server's pod",
        inside: "server",
        script: () => "exec /bin/true",
        rule: "Process started in a SPIRE pod that SPIRE does not ship",
    },
    {
        does: "enters the agent's namespaces from its pod",
        inside: "agent",
        script: ({ agent }) => `nsenter --target ${agent} --net true`,
        rule: "SPIRE process traced or its namespaces entered",
    },
    {
        does: "reads a token in a pod of External Secrets",
        inside: "operator",
        script: () => "mkdir -p /run/secrets/tokens; echo - > /run/secrets/tokens/one; cat /run/secrets/tokens/one",
        rule: "Service account token read by an unexpected process",
    },
    {
        does: "replaces an executable",
        inside: "operator",
        script: () => "unshare --mount sh -c 'mount -t tmpfs none /opt; mkdir /opt/spire; echo - > /opt/spire/tool'",
        rule: "File written below etc or a directory of executables",
    },
    {
        does: "traces another process",
        inside: "operator",
        script: () => `perl -e '${TRACES}'; true`,
        rule: "Process traced or its memory opened in a guarded container",
    },
    {
        does: "runs a program that is in no image",
        inside: "operator",
        script: () => `exec perl -e '${FROM_MEMORY}'`,
        rule: "Container drift",
    },
];

/** For sh: makes the shell one of the processes of a container, as the kernel counts them. Its files stay the node's. */
export function intoContainerOf(pid: string): string {
    return [
        "while IFS=: read -r _ controllers path; do",
        '  for root in "/sys/fs/cgroup/$controllers" /sys/fs/cgroup; do',
        '    if [ -w "$root$path/cgroup.procs" ]; then echo $$ > "$root$path/cgroup.procs" && break; fi',
        "  done",
        `done < /proc/${pid}/cgroup`,
    ].join("\n");
}
