import assert from "node:assert/strict";

import { load } from "js-yaml";

import { auditFlows } from "../../../components/falco/audit";
import { falcoConfig } from "../../../components/falco/config";
import { CAPABILITIES, daemonSetSpec, falcoSecurity } from "../../../components/falco/daemonset";
import { Falco, falcoFiles, falcoFlows } from "../../../components/falco/falco";
import type { FalcoSettings } from "../../../components/falco/settings";
import { falcoSettings } from "../../../components/falco/settings";
import { Images } from "../../../components/images";
import { deploy, refusalOf } from "../../support/deploy";
import { SURROUNDINGS } from "../../support/surroundings";

function read(raw: unknown): { settings: FalcoSettings; faults: readonly string[] } {
    const faults: string[] = [];
    return { settings: falcoSettings.read(raw, "falco", faults), faults };
}

const NAMESPACES = {
    applications: ["shop"],
    foundation: ["spire", "eyes", "vaults"],
    secrets: ["vaults"],
    falco: ["eyes"],
    metadata: ["vaults"],
    secretDirectories: ["/etc/shop-tls"],
    applicationImages: ["x0tta6bl4"] as const,
    ports: { shop: [9091, 53], spire: [8081], vaults: [8200] },
};
const SIDEKICK = { egress: { cidrs: ["10.9.0.0/28"] } };
const DIGEST = `sha256:${"a".repeat(64)}`;
const AUDIT = { plugins: { k8saudit: DIGEST, json: DIGEST }, registryCidrs: ["10.8.0.0/28"] };

function args(raw: unknown) {
    return { ...SURROUNDINGS, settings: read(raw).settings, namespaces: NAMESPACES };
}

async function listOf(raw: unknown): Promise<readonly string[]> {
    const deployed = await deploy(() => new Falco("falco", args(raw)));
    return deployed
        .list()
        .filter(([type]) => type.startsWith("kubernetes:"))
        .map((entry) => entry.join(" ").replace("kubernetes:", ""));
}

const POD = {
    image: "falco:1",
    version: "1",
    extraCapabilities: [],
    runtimeSocket: "/run/containerd/containerd.sock",
    cpu: "1000m",
    memory: "1Gi",
    outputs: true,
    checksum: "abc",
};

describe("Falco", () => {
    it("creates exactly a DaemonSet with its account, two ConfigMaps and the metrics flow", async () => {
        assert.deepEqual(await listOf({}), [
            "apps/v1:DaemonSet falco-daemonset",
            "core/v1:ConfigMap falco-config",
            "core/v1:ConfigMap falco-rules",
            "core/v1:ServiceAccount falco-account",
            "networking.k8s.io/v1:NetworkPolicy falco-network-falco-falco-metrics-ingress",
        ]);
    });

    it("adds falcosidekick and the flows to and from it, where alerts are sent on", async () => {
        assert.deepEqual(
            (await listOf({ sidekick: SIDEKICK })).filter((entry) => /sidekick|falco-alerts|falco-dns/.test(entry)),
            [
                "apps/v1:Deployment falcosidekick-deployment",
                "core/v1:Service falcosidekick-service",
                "core/v1:ServiceAccount falcosidekick-account",
                "networking.k8s.io/v1:NetworkPolicy falco-network-falco-falco-alerts-egress",
                "networking.k8s.io/v1:NetworkPolicy falco-network-falco-falco-dns-egress",
                "networking.k8s.io/v1:NetworkPolicy falco-network-falcosidekick-falco-alerts-ingress",
                "networking.k8s.io/v1:NetworkPolicy falco-network-falcosidekick-falcosidekick-dns-egress",
                "networking.k8s.io/v1:NetworkPolicy falco-network-falcosidekick-falcosidekick-metrics-ingress",
                "networking.k8s.io/v1:NetworkPolicy falco-network-falcosidekick-falcosidekick-targets-egress",
                "policy/v1:PodDisruptionBudget falcosidekick-budget",
            ],
        );
    });

    it("runs with four capabilities of root's and no other privilege", () => {
        assert.deepEqual(CAPABILITIES, ["BPF", "PERFMON", "SYS_PTRACE", "SYS_RESOURCE"]);
        assert.deepEqual(falcoSecurity([]), {
            privileged: false,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            runAsUser: 0,
            runAsGroup: 0,
            capabilities: { drop: ["ALL"], add: ["BPF", "PERFMON", "SYS_PTRACE", "SYS_RESOURCE"] },
            seccompProfile: { type: "RuntimeDefault" },
            appArmorProfile: { type: "Unconfined" },
        });
    });

    it("allows escalation only together with SYS_ADMIN, which the API server demands", () => {
        assert.equal(falcoSecurity(["SYS_ADMIN"]).allowPrivilegeEscalation, true);
        assert.equal(falcoSecurity(["SYSLOG"]).allowPrivilegeEscalation, false);
    });

    it("runs on every node, tainted or not, without a token and outside the host's namespaces", () => {
        const spec = daemonSetSpec(POD).template as unknown as { spec: Record<string, unknown> };
        assert.deepEqual(spec.spec["tolerations"], [{ operator: "Exists" }]);
        assert.equal(spec.spec["automountServiceAccountToken"], false);
        assert.equal(spec.spec["hostPID"], undefined);
        assert.equal(spec.spec["hostNetwork"], undefined);
    });

    it("sees four paths of the node, read-only, and none of those that only the kernel module needs", () => {
        const { spec } = daemonSetSpec(POD).template as unknown as {
            spec: {
                volumes: { name: string; hostPath?: { path: string } }[];
                containers: { volumeMounts: { name: string; readOnly?: boolean }[] }[];
            };
        };
        assert.deepEqual(
            spec.volumes.flatMap(({ hostPath }) => hostPath?.path ?? []),
            ["/proc", "/sys/kernel", "/run/containerd/containerd.sock"],
        );
        assert.deepEqual(
            spec.containers[0]?.volumeMounts.filter(({ readOnly }) => readOnly !== true).map(({ name }) => name),
            ["tmp"],
        );
    });

    it("has every alert name its pod, those of Falco's own rules too", () => {
        const source = { source: "syscall", runtimeSocket: "/run/containerd/containerd.sock", bufferSize: 4 } as const;
        assert.deepEqual(falcoConfig(source)["append_output"], [
            {
                match: { source: "syscall" },
                extra_fields: [
                    "k8s.ns.name",
                    "k8s.pod.name",
                    "container.name",
                    "container.image.repository",
                    "proc.exepath",
                ],
            },
        ]);
        assert.equal(falcoConfig({ source: "k8s_audit", pluginDirectory: "/p" })["append_output"], undefined);
    });

    it("sends alerts over mutual TLS, and only the log is left without falcosidekick", () => {
        const source = { source: "syscall", runtimeSocket: "/run/containerd/containerd.sock", bufferSize: 4 } as const;
        assert.deepEqual(falcoConfig(source)["http_output"], { enabled: false });
        assert.deepEqual(falcoConfig({ ...source, outputUrl: "https://s:2801/" })["http_output"], {
            enabled: true,
            url: "https://s:2801/",
            user_agent: "falco",
            insecure: false,
            ca_cert: "/etc/falcosidekick-client/ca.crt",
            mtls: true,
            client_cert: "/etc/falcosidekick-client/tls.crt",
            client_key: "/etc/falcosidekick-client/tls.key",
            echo: false,
            keep_alive: true,
            compress_uploads: true,
        });
    });

    it("has buffers of the size that is set", () => {
        const preset = (raw: unknown) =>
            (load(falcoFiles(args(raw)).config["falco.yaml"] ?? "") as { engine: { modern_ebpf: object } }).engine
                .modern_ebpf;
        const modern = { cpus_for_each_buffer: 2, drop_failed_exit: false };
        assert.deepEqual(preset({}), { ...modern, buf_size_preset: 4 });
        assert.deepEqual(preset({ bufferSize: 7 }), { ...modern, buf_size_preset: 7 });
        assert.deepEqual(read({ bufferSize: 11 }).faults, [
            "falco.bufferSize must be a whole number from 1 to 10, found 11",
        ]);
    });

    it("learns of containers from the runtime's socket that its pod mounts, and looks for no other", () => {
        const runtimeSocket = "/run/k3s/containerd/containerd.sock";
        const config = load(falcoFiles(args({ runtimeSocket })).config["falco.yaml"] ?? "") as {
            plugins: { init_config: { engines: Record<string, { enabled: boolean; sockets?: string[] }> } }[];
        };
        const { cri, ...others } = config.plugins[0]?.init_config.engines ?? {};
        assert.deepEqual(cri, { enabled: true, sockets: [runtimeSocket] });
        assert.deepEqual(Object.keys(others), ["docker", "podman", "containerd", "lxc", "libvirt_lxc", "bpm"]);
        assert.ok(Object.values(others).every(({ enabled }) => !enabled));
    });

    it("reads its own rules after those of the pinned image, and rolls its pods when one changes", () => {
        const files = falcoFiles(args({}));
        const config = load(files.config["falco.yaml"] ?? "") as Record<string, unknown>;
        assert.deepEqual(config["rules_files"], ["/etc/falco/falco_rules.yaml", "/etc/falco-rules"]);
        assert.deepEqual(Object.keys(files.rules), [
            "10-vocabulary.yaml",
            "20-identity.yaml",
            "30-runtime.yaml",
            "40-network.yaml",
            "99-stack.yaml",
        ]);
        assert.match(files.checksum, /^[0-9a-f]{64}$/);
        assert.notEqual(files.checksum, falcoFiles(args({ workloadImages: ["ghcr.io/x/y"] })).checksum);
    });

    it("watches the stack's own namespaces, and the ports that its flows open", () => {
        const lists = load(falcoFiles(args({})).rules["99-stack.yaml"] ?? "") as { list: string; items: unknown }[];
        const itemsOf = (name: string) => lists.find(({ list }) => list === name)?.items;
        assert.deepEqual(itemsOf("x0_application_namespaces"), ["shop"]);
        assert.deepEqual(itemsOf("x0_foundation_namespaces"), ["spire", "eyes", "vaults"]);
        assert.deepEqual(itemsOf("x0_secrets_namespaces"), ["vaults"]);
        assert.deepEqual(itemsOf("x0_falco_namespaces"), ["eyes"]);
        assert.deepEqual(itemsOf("x0_secret_directories"), ["/etc/shop-tls"]);
        assert.deepEqual(itemsOf("x0_application_ports"), [53, 9091]);
        assert.deepEqual(itemsOf("x0_secrets_ports"), [8200]);
    });

    it("looks for what is ordinary elsewhere in guarded namespaces only, less where a flow leads to it, unless that is set", () => {
        const stack = (raw: unknown) =>
            load(falcoFiles(args(raw)).rules["99-stack.yaml"] ?? "") as { list?: string; macro?: string }[];
        const macros = (raw: unknown) => stack(raw).filter(({ macro }) => macro !== undefined);
        assert.deepEqual(macros({}), []);
        assert.deepEqual(
            stack({}).find(({ list }) => list === "x0_metadata_namespaces"),
            { list: "x0_metadata_namespaces", items: ["vaults"], override: { items: "append" } },
        );
        const everywhere = (macro: string) => ({
            macro,
            condition: "(x0_in_container)",
            override: { condition: "replace" },
        });
        assert.deepEqual(macros({ clusterWide: { metadata: true } }), [everywhere("x0_metadata_watched")]);
        assert.deepEqual(macros({ clusterWide: { miningPorts: true } }), [everywhere("x0_mining_ports_watched")]);
        assert.deepEqual(read({ clusterWide: { metadata: "yes", ports: true } }).faults, [
            "falco.clusterWide.ports is not known; known: metadata, miningPorts",
            'falco.clusterWide.metadata must be true or false, found "yes"',
        ]);
    });

    it("adds the stack's own image names to the rules' lists, mirrors included", () => {
        const images = new Images({ mirror: "mirror.example.org", dropDigests: false, overrides: {} });
        const files = falcoFiles({ ...args({ workloadImages: ["ghcr.io/x/billing"] }), images });
        const lists = load(files.rules["99-stack.yaml"] ?? "") as { list: string }[];
        assert.deepEqual(
            lists.filter(({ list }) => list.endsWith("_images")),
            [
                {
                    list: "x0_application_images",
                    items: ["mirror.example.org/x0tta6bl4"],
                    override: { items: "append" },
                },
                {
                    list: "x0_workload_api_images",
                    items: [
                        "mirror.example.org/x0tta6bl4",
                        "mirror.example.org/spiffe/spire-agent",
                        "mirror.example.org/spiffe/oidc-discovery-provider",
                        "mirror.example.org/spiffe/spiffe-csi-driver",
                        "mirror.example.org/x0tta6bl4-probe",
                        "mirror.example.org/x0tta6bl4-responder",
                        "ghcr.io/x/billing",
                    ],
                    override: { items: "append" },
                },
                {
                    list: "x0_foundation_images",
                    items: [
                        "mirror.example.org/spiffe/spire-server",
                        "mirror.example.org/spiffe/spire-agent",
                        "mirror.example.org/spiffe/spire-controller-manager",
                        "mirror.example.org/external-secrets/external-secrets",
                        "mirror.example.org/x0tta6bl4-responder",
                    ],
                    override: { items: "append" },
                },
                {
                    list: "x0_probe_images",
                    items: ["mirror.example.org/x0tta6bl4-probe"],
                    override: { items: "append" },
                },
            ],
        );
    });

    it("opens metrics in, alerts out and the targets' addresses, and nothing else", () => {
        assert.deepEqual(
            falcoFlows(args({ sidekick: SIDEKICK })).map(({ name, ports }) => [name, ports.map(({ port }) => port)]),
            [
                ["falco-metrics", [8765]],
                ["falco-dns", [53, 53]],
                ["falco-alerts", [2801]],
                ["falcosidekick-metrics", [2810]],
                ["falcosidekick-dns", [53, 53]],
                ["falcosidekick-targets", [443]],
            ],
        );
    });

    it("receives the audit log without any privilege, with plugins by digest", async () => {
        const deployed = await deploy(() => new Falco("falco", args({ kubernetesAudit: AUDIT })));
        const { spec } = deployed.inputs("kubernetes:apps/v1:Deployment", "falco-kubernetes-audit-deployment") as {
            spec: {
                template: { spec: { initContainers: { args: string[] }[]; containers: Record<string, unknown>[] } };
            };
        };
        assert.deepEqual(
            spec.template.spec.initContainers.map((container) => container.args[2]),
            [
                `ghcr.io/falcosecurity/plugins/plugin/k8saudit@${DIGEST}`,
                `ghcr.io/falcosecurity/plugins/plugin/json@${DIGEST}`,
            ],
        );
        assert.deepEqual(spec.template.spec.containers[0]?.["securityContext"], {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        });
        assert.deepEqual(
            auditFlows({ ...args({ kubernetesAudit: AUDIT }), audit: AUDIT }).map(({ name }) => name),
            ["audit-events", "audit-plugins", "audit-dns", "audit-metrics"],
        );
    });

    it("is refused in one namespace with falcosidekick", async () => {
        const sidekick = { ...SIDEKICK, namespace: "falco" };
        assert.equal(
            await refusalOf(() => new Falco("falco", args({ sidekick }))),
            'falco:\n  namespace "falco" can\'t hold falcosidekick too: it is open to privileged pods, and falcosidekick needs no privilege',
        );
    });

    const refused: readonly [string, unknown, string][] = [
        [
            "a capability without a reason",
            { extraCapabilities: { SYS_ADMIN: "" } },
            'falco.extraCapabilities.SYS_ADMIN must be a reason for the capability, found ""',
        ],
        [
            "a capability it never needs",
            { extraCapabilities: { SYS_MODULE: "kmod" } },
            "falco.extraCapabilities names SYS_MODULE; Falco may be given SYS_ADMIN, DAC_READ_SEARCH, SYSLOG, NET_ADMIN beside BPF, PERFMON, SYS_PTRACE and SYS_RESOURCE",
        ],
        [
            "a path that is no runtime socket",
            { runtimeSocket: "/etc/shadow" },
            `falco.runtimeSocket must be an absolute path below /run, /var/run or MicroK8s' own, found "/etc/shadow"`,
        ],
        [
            "alerts that may go anywhere",
            { sidekick: { egress: { cidrs: [] } } },
            "falco.sidekick.egress.cidrs must be a list of at least 1, found an empty list",
        ],
        [
            "a plugin by tag",
            { kubernetesAudit: { ...AUDIT, plugins: { k8saudit: "0.16.0", json: DIGEST } } },
            'falco.kubernetesAudit.plugins.k8saudit must be sha256: and 64 hex digits, found "0.16.0"',
        ],
        [
            "a driver",
            { driver: "kmod" },
            "falco.driver is not known; known: namespace, extraCapabilities, runtimeSocket, workloadImages, applications, clusterWide, bufferSize, cpu, memory, sidekick, kubernetesAudit",
        ],
    ];
    for (const [title, raw, message] of refused) {
        it(`is refused with ${title}`, () => {
            assert.deepEqual(read(raw).faults, [message]);
        });
    }
});
