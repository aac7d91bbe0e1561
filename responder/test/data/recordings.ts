/**
 * Events as falcosidekick and Alertmanager send them, in the shapes of falcosidekick 2.31 and Alertmanager's webhook version 4: twelve incidents, and
 * twelve look-alikes that happen on a healthy cluster.
 */
export interface Recording {
    readonly name: string;
    readonly path: "/falco" | "/alertmanager";
    readonly bodies: readonly object[];
    /** Actions that change something, as they end up with the shipped policy and the mode act; none for a look-alike. */
    readonly actions: Readonly<Record<string, string>>;
}

const TIME = "2026-11-29T21:15:04.123456789Z";

let serial = 0;

function falco(
    rule: string,
    priority: string,
    tags: readonly string[],
    fields: Readonly<Record<string, unknown>> = {},
): object {
    const pod = {
        "k8s.ns.name": "shop",
        "k8s.pod.name": "web-0",
        "container.name": "web",
        "container.image.repository": "registry.test/web",
    };
    const all = { ...pod, "proc.exepath": "/bin/busybox", "proc.pname": "web", ...fields };
    return {
        uuid: `6b7f3f1e-0000-4000-8000-${String(++serial).padStart(12, "0")}`,
        output: `21:15:04.123456789: ${priority} ${rule} (${Object.entries(all)
            .map(([name, value]) => `${name}=${value}`)
            .join(" ")})`,
        priority,
        rule,
        time: TIME,
        source: "syscall",
        hostname: "node-0",
        tags,
        output_fields: { "evt.time": 1_764_450_904_123_456_789, ...all },
    };
}

function alert(alertname: string, labels: Readonly<Record<string, string>>, status = "firing"): object {
    return {
        version: "4",
        groupKey: `{}:{alertname="${alertname}"}`,
        status,
        receiver: "responder",
        alerts: [
            {
                status,
                labels: { alertname, ...labels },
                annotations: { summary: `${alertname} in ${labels["namespace"] ?? "the cluster"}` },
                startsAt: "2026-11-29T21:10:00.000Z",
                endsAt: "0001-01-01T00:00:00Z",
                fingerprint: `f${++serial}`,
            },
        ],
    };
}

const incident = (
    name: string,
    bodies: readonly object[],
    actions: Readonly<Record<string, string>> = { isolate: "done" },
): Recording => ({
    name,
    path: "/falco",
    bodies,
    actions,
});

const benign = (name: string, ...bodies: readonly object[]): Recording => ({
    name,
    path: "/falco",
    bodies,
    actions: {},
});

const OUTBOUND = "Unexpected outbound connection";
const WORKLOAD_API = "Workload API socket used by an unexpected process";

export const INCIDENTS: readonly Recording[] = [
    incident("a shell", [
        falco("Shell started in a guarded container", "Critical", ["runtime", "T1059.004", "T1609"], {
            "proc.cmdline": "sh -i",
            "proc.tty": 34816,
        }),
    ]),
    incident(
        "key material read",
        [
            falco("SVID or key material read by an unexpected process", "Critical", ["identity", "T1552.004"], {
                "fd.name": "/run/spire/svid.key",
            }),
        ],
        {
            isolate: "done",
            "revoke-identity": "proposed",
        },
    ),
    incident(
        "a token read by another process",
        [
            falco("Service account token read by an unexpected process", "Critical", ["identity", "T1528", "T1552"], {
                "fd.name": "/var/run/secrets/tokens/api",
            }),
        ],
        {
            isolate: "done",
            "revoke-identity": "proposed",
        },
    ),
    incident("cloud metadata", [
        falco("Cloud metadata contacted from a container", "Critical", ["network", "T1552.005"], {
            "fd.name": "10.0.0.4:39112->169.254.169.254:80",
        }),
    ]),
    incident("container drift", [
        falco("Container drift", "Critical", ["runtime", "T1204", "T1620"], { "proc.is_exe_upper_layer": true }),
    ]),
    incident("mining", [
        falco("Crypto mining", "Critical", ["runtime", "T1496"], {
            "proc.cmdline": "xmrig -o stratum+tcp://pool.test:3333",
        }),
    ]),
    incident("a write below /etc", [
        falco("File written below etc or a directory of executables", "Error", ["runtime", "T1543", "T1554"], {
            "fd.name": "/etc/ld.so.preload",
        }),
    ]),
    incident(
        "the container runtime's socket",
        [
            falco("Container runtime socket contacted from a guarded container", "Critical", ["container", "T1611"], {
                "fd.name": "/run/containerd/containerd.sock",
            }),
        ],
        {
            isolate: "done",
            cordon: "done",
        },
    ),
    incident("tracing of another process", [
        falco(
            "Process traced or its memory opened in a guarded container",
            "Critical",
            ["runtime", "T1055.008", "T1003.007"],
            { "evt.type": "ptrace" },
        ),
    ]),
    incident("connections out, again and again", [
        falco(OUTBOUND, "Warning", ["network", "T1041", "T1071"]),
        falco(OUTBOUND, "Warning", ["network", "T1041", "T1071"]),
    ]),
    incident("a stranger at the Workload API, again and again", [
        falco(WORKLOAD_API, "Warning", ["identity", "T1552", "T1078"]),
        falco(WORKLOAD_API, "Warning", ["identity", "T1552", "T1078"]),
    ]),
    {
        name: "a forged SVID at a peer: the peer refuses it, and its own pod is no culprit",
        path: "/alertmanager",
        bodies: [
            alert("UnauthorizedPeers", { severity: "critical", area: "identity", namespace: "shop", pod: "web-0" }),
        ],
        actions: {},
    },
];

export const LOOKALIKES: readonly Recording[] = [
    benign(
        "the runtime that joins a pod's namespaces at start",
        falco("Change thread namespace", "Notice", ["process", "T1611"], { "proc.exepath": "/usr/bin/runc" }),
    ),
    benign("one connection out by a new feature", falco(OUTBOUND, "Warning", ["network", "T1041", "T1071"])),
    benign(
        "one call of the Workload API by a health check",
        falco(WORKLOAD_API, "Warning", ["identity", "T1552", "T1078"]),
    ),
    benign(
        "a package manager in a build pod",
        falco("Package management process launched in container", "Error", ["container", "software_mgmt"], {
            "k8s.pod.name": "web-1",
        }),
    ),
    benign(
        "a person who reads a Secret over the API",
        falco("Secret read by a person", "Notice", ["audit", "T1552.007"], { "ka.user.name": "alice" }),
    ),
    benign(
        "a debug session that was approved: told as an exec, which people answer for",
        falco("Command run inside a guarded pod", "Critical", ["audit", "T1609"], { "ka.user.name": "alice" }),
    ),
    benign(
        "a shell of Falco's own test in its protected namespace",
        falco("Shell started in a guarded container", "Critical", ["runtime", "T1059.004", "T1609"], {
            "k8s.ns.name": "falco",
            "k8s.pod.name": "falco-0",
        }),
    ),
    benign(
        "a shell on the node, which is no pod",
        falco("Shell started in a guarded container", "Critical", ["runtime", "T1059.004", "T1609"], {
            "k8s.ns.name": null,
            "k8s.pod.name": "<NA>",
        }),
    ),
    benign(
        "an event of a pod that has ended meanwhile",
        falco("Shell started in a guarded container", "Critical", ["runtime", "T1059.004", "T1609"], {
            "k8s.pod.name": "web-old",
        }),
    ),
    benign(
        "a file made executable, which alone is a warning",
        falco("File made executable in a guarded container", "Warning", ["runtime", "T1222.002"]),
    ),
    {
        name: "an alert that is over",
        path: "/alertmanager",
        bodies: [alert("UnauthorizedPeers", { severity: "critical", area: "identity" }, "resolved")],
        actions: {},
    },
    {
        name: "a certificate that expires in a week",
        path: "/alertmanager",
        bodies: [alert("CertificateExpiresSoon", { severity: "warning", area: "identity", namespace: "shop" })],
        actions: {},
    },
];
