import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { clusterSettings, dnsOf, elsewhereFaults, engineOf } from "../../../components/cluster/settings";
import type { HostPod } from "../../../components/cluster/constraints";
import { constraintsOf } from "../../../components/cluster/constraints";
import { Falco } from "../../../components/falco/falco";
import { closedNamespaces, foundationOf } from "../../../components/foundation";
import { Images } from "../../../components/images";
import { eachNodeQuota, GuardedNamespace, limitFaults } from "../../../components/namespace";
import { ciliumPolicySpecs, flowFaults, policySpecs } from "../../../components/network/flows";
import { AllowedFlows } from "../../../components/network/network";
import { apiServerFlow, dnsFlow, nodesPeer } from "../../../components/network/standard";
import type { SpireGiven } from "../../../components/spire/settings";
import { Spire } from "../../../components/spire/spire";
import type { Platform, PlatformName } from "../../../policies/platforms";
import { PLATFORM_NAMES, platformOf, PLATFORMS } from "../../../policies/platforms";
import { withPlatforms } from "../../../policies/platforms/document";
import { deploy } from "../../support/deploy";
import { SMALLEST } from "../../support/spire";
import { readAs } from "../../support/stranger";

const web = { kind: "pods", namespace: "shop", labels: { app: "web" } } as const;
const CIDRS = ["10.0.0.0/28"];

function clusterOf(raw: object) {
    const faults: string[] = [];
    const read = clusterSettings.read({ name: "one", apiServer: { cidrs: CIDRS, ports: [6443] }, ...raw }, "c", faults);
    assert.deepEqual(faults, []);
    return read;
}

function configOf(cluster: object, rest: object = {}) {
    const all = { cluster: { name: "one", apiServer: { cidrs: CIDRS }, ...cluster }, spire: SMALLEST, ...rest };
    return readAs(all);
}

describe("platforms", () => {
    it("are in docs/platforms.md as they are here: npm run platforms:doc", () => {
        const text = readFileSync(join(process.cwd(), "docs", "platforms.md"), "utf8");
        assert.equal(withPlatforms(text, PLATFORMS), text);
        assert.throws(() => withPlatforms("no marks", PLATFORMS), /lacks <!-- platforms -->/);
    });

    it("state a source on the web for every fact, as a sentence", () => {
        const facts = (name: PlatformName) =>
            Object.values(platformOf(name)).filter(
                (value): value is { says: string; source: string } =>
                    typeof value === "object" && value !== null && "says" in value,
            );
        for (const name of PLATFORM_NAMES) {
            assert.equal(facts(name).length, 8, name);
            for (const { says, source } of facts(name)) {
                assert.match(source, /^https:\/\/[^\s]+$/, name);
                assert.match(says, /^[A-Zk].*\.$/, `${name}: ${says}`);
            }
        }
    });

    it("can be told apart by what a node shows, and only the generic one by nothing", () => {
        assert.deepEqual(
            PLATFORM_NAMES.filter((name) => platformOf(name).marks.length === 0),
            ["generic"],
        );
        const marks = PLATFORM_NAMES.flatMap((name) => platformOf(name).marks.map((mark) => JSON.stringify(mark)));
        assert.equal(new Set(marks).size, marks.length);
    });

    it("choose where names are resolved, unless a setting does", () => {
        assert.deepEqual(dnsOf(clusterOf({})), {
            namespace: "kube-system",
            labels: { "k8s-app": "kube-dns" },
            ports: [53],
            addresses: [],
        });
        for (const name of PLATFORM_NAMES) {
            assert.deepEqual(dnsOf(clusterOf({ platform: name })), platformOf(name).dns);
        }
        const dns = { namespace: "names", labels: { app: "dns" }, ports: [5300], addresses: [] };
        assert.deepEqual(dnsOf(clusterOf({ platform: "gke", dns })), dns);
    });

    it("open the DNS of OpenShift at its pods' port, and a node's cache by its address", () => {
        const [openshift] = policySpecs([dnsFlow(web, clusterOf({ platform: "openshift" }))]);
        assert.deepEqual(openshift?.spec.egress?.[0]?.ports, [
            { protocol: "UDP", port: 5353 },
            { protocol: "TCP", port: 5353 },
        ]);
        const cached = clusterOf({ platform: "openshift", dns: { addresses: ["169.254.20.10/32"] } });
        const [policy] = policySpecs([dnsFlow(web, cached)]);
        assert.deepEqual(policy?.spec.egress, [
            {
                to: [
                    {
                        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "openshift-dns" } },
                        podSelector: { matchLabels: { "dns.operator.openshift.io/daemonset-dns": "default" } },
                    },
                    { ipBlock: { cidr: "169.254.20.10/32" } },
                ],
                ports: [5353, 53].flatMap((port) => [
                    { protocol: "UDP", port },
                    { protocol: "TCP", port },
                ]),
            },
        ]);
    });

    it("open the API server and the nodes by Cilium's names as well, where Cilium enforces", async () => {
        const flows = (raw: object) => {
            const cluster = clusterOf(raw);
            const nodes = nodesPeer(cluster, ["10.1.0.0/24"]);
            return [
                apiServerFlow(web, cluster, "Asks."),
                { name: "probes", reason: "Probes.", from: nodes, to: web, ports: [{ port: 8080 }] },
                dnsFlow(web, cluster),
            ];
        };
        const cilium = flows({ networkEngine: "cilium" });
        assert.deepEqual(flowFaults(cilium), []);
        assert.deepEqual(policySpecs(cilium), policySpecs(flows({})));
        assert.deepEqual(ciliumPolicySpecs(flows({})), []);
        assert.deepEqual(ciliumPolicySpecs(flows({ platform: "gke", networkEngine: "calico" })), []);
        assert.deepEqual(ciliumPolicySpecs(cilium), [
            {
                name: "api-server-egress",
                namespace: "shop",
                reason: "Asks.",
                spec: {
                    endpointSelector: { matchLabels: { app: "web" } },
                    egress: [
                        {
                            toEntities: ["kube-apiserver"],
                            toPorts: [{ ports: [{ port: "6443", protocol: "TCP" }] }],
                        },
                    ],
                },
            },
            {
                name: "probes-ingress",
                namespace: "shop",
                reason: "Probes.",
                spec: {
                    endpointSelector: { matchLabels: { app: "web" } },
                    ingress: [
                        {
                            fromEntities: ["host", "remote-node"],
                            toPorts: [{ ports: [{ port: "8080", protocol: "TCP" }] }],
                        },
                    ],
                },
            },
        ]);
        const deployed = await deploy(() => new AllowedFlows("net", { flows: cilium }));
        assert.deepEqual(
            deployed.list().filter(([type]) => type.startsWith("kubernetes:cilium.io/v2:")),
            [
                ["kubernetes:cilium.io/v2:CiliumNetworkPolicy", "net-shop-api-server-egress-cilium"],
                ["kubernetes:cilium.io/v2:CiliumNetworkPolicy", "net-shop-probes-ingress-cilium"],
            ],
        );
    });

    it("open the same ways whatever enforces policies, by Cilium's names as well where it does", () => {
        for (const platform of PLATFORM_NAMES) {
            const opened = (["kubernetes", "cilium", "calico"] as const).map((networkEngine) => {
                const { config, faults } = configOf({ platform, networkEngine });
                assert.deepEqual(faults, [], platform);
                const { flows } = foundationOf(config, "acme");
                return { ours: policySpecs(flows), cilium: ciliumPolicySpecs(flows) };
            });
            const [plain, cilium, calico] = opened;
            assert.ok((plain?.ours.length ?? 0) > 10, platform);
            assert.deepEqual(cilium?.ours, plain?.ours, platform);
            assert.deepEqual(calico, plain, platform);
            assert.deepEqual(plain?.cilium, [], platform);
            assert.ok((cilium?.cilium.length ?? 0) > 3, platform);
        }
    });

    it("give an account no more by constraints than its pod has, whatever the pod asks for", () => {
        const pod = {
            volumes: [
                { name: "a", hostPath: { path: "/a" } },
                { name: "b", secret: {} },
                { name: "c", hostPath: { path: "/c" } },
            ],
            hostNetwork: true,
            containers: [
                {
                    name: "one",
                    ports: [{ containerPort: 1, hostPort: 1 }],
                    securityContext: { runAsUser: 0, capabilities: { add: ["B", "A"] }, readOnlyRootFilesystem: true },
                },
            ],
            initContainers: [{ name: "two", securityContext: { runAsUser: 7, allowPrivilegeEscalation: false } }],
        };
        const of = (spec: object) =>
            constraintsOf({ namespace: "eyes", account: "agent", spec: spec as HostPod["spec"] }, "spc_t");
        assert.deepEqual(of(pod), {
            allowHostDirVolumePlugin: true,
            allowHostIPC: false,
            allowHostNetwork: true,
            allowHostPID: false,
            allowHostPorts: true,
            allowPrivilegedContainer: false,
            allowPrivilegeEscalation: true,
            allowedCapabilities: ["A", "B"],
            defaultAddCapabilities: [],
            requiredDropCapabilities: [],
            readOnlyRootFilesystem: false,
            runAsUser: { type: "RunAsAny" },
            fsGroup: { type: "RunAsAny" },
            supplementalGroups: { type: "RunAsAny" },
            seLinuxContext: { type: "MustRunAs", seLinuxOptions: { type: "spc_t" } },
            seccompProfiles: ["*"],
            volumes: ["hostPath", "secret"],
            users: ["system:serviceaccount:eyes:agent"],
            groups: [],
        });
        assert.throws(
            () => of({ ...pod, volumes: [{ name: "d", nfs: { server: "s", path: "/" } }] }),
            /eyes\/agent has volumes of a kind without a name among constraints: nfs/,
        );
    });

    it("are each a foundation that has no fault by their name alone", () => {
        for (const name of PLATFORM_NAMES) {
            assert.deepEqual(configOf({ platform: name }).faults, [], name);
            assert.equal(engineOf(clusterOf({ platform: name })), platformOf(name).networkEngine);
        }
    });

    it("refuse a path of the node that is another platform's, and take one that is nobody's", () => {
        const kubeadms = {
            falco: { runtimeSocket: "/run/containerd/containerd.sock" },
            spire: { ...SMALLEST, csiDriver: { kubeletRoot: "/var/lib/kubelet" } },
        };
        assert.deepEqual(configOf({ platform: "k0s" }, kubeadms).faults, [
            'acme:spire.csiDriver.kubeletRoot is "/var/lib/kubelet"; on k0s it is "/var/lib/k0s/kubelet"',
            'acme:falco.runtimeSocket is "/run/containerd/containerd.sock"; on k0s it is "/run/k0s/containerd.sock"',
        ]);
        assert.deepEqual(elsewhereFaults(clusterOf({}), "kubeletRoot", "/data/kubelet"), []);
    });

    it("choose the paths of the node for what is deployed, unless a setting does", async () => {
        const images = new Images();
        const pathsOf = async (platform: PlatformName, over: { falco?: object; spire?: object } = {}) => {
            const cluster = { name: "one", platform, apiServer: { cidrs: CIDRS } };
            const kubelet = { cidrs: ["10.0.0.0/24"], verify: "hostCertificate", address: "nodeName" };
            const settings = { ...SMALLEST, agent: { kubelet }, ...over.spire } as unknown as SpireGiven;
            const deployed = await deploy(() => {
                new Falco("falco", { cluster, images, settings: { ...over.falco } });
                new Spire("spire", { cluster, images, settings });
            });
            const text = JSON.stringify(
                deployed.registrations
                    .filter(({ type }) => /:(?:DaemonSet|ConfigMap|ValidatingAdmissionPolicy)$/.test(type))
                    .map(({ inputs }) => inputs),
            );
            return [
                ...new Set(
                    text.match(/\/(?:[\w.-]+\/)*(?:kubelet\/(?:pki\/kubelet[.]crt|pods)|[\w.-]+[.]sock)(?![\w/])/g) ??
                        [],
                ),
            ].sort();
        };
        for (const name of ["generic", "k0s", "openshift", "microk8s"] as const) {
            const { kubeletRoot, runtimeSocket } = platformOf(name);
            const paths = await pathsOf(name);
            assert.deepEqual(
                paths.filter((path) => /kubelet\/p(?:ki\/|ods$)/.test(path)),
                [`${kubeletRoot}/pki/kubelet.crt`, `${kubeletRoot}/pods`],
                name,
            );
            assert.deepEqual(
                paths.filter((path) => /\/run\/.*(?:containerd|crio)[.]sock$/.test(path)),
                [`/host${runtimeSocket}`, runtimeSocket],
                name,
            );
        }
        const set = await pathsOf("k0s", {
            falco: { runtimeSocket: "/run/own.sock" },
            spire: { csiDriver: { kubeletRoot: "/data/kubelet" } },
        });
        assert.ok(set.includes("/run/own.sock") && set.includes("/data/kubelet/pods"));
        assert.ok(!set.some((path) => path.includes("k0s")), set.join(" "));
    });

    it("are refused by any other name", () => {
        assert.match(
            configOf({ platform: "eck" }).faults.join("\n"),
            /acme:cluster\.platform must be one of generic, /,
        );
    });

    it("let critical pods run where the cluster asks for a quota, and add none elsewhere", async () => {
        const closed = (name: PlatformName) =>
            closedNamespaces(configOf({ platform: name }).config)
                .filter(({ criticalPods }) => criticalPods === true)
                .map(({ namespace }) => namespace);
        assert.deepEqual(closed("gke"), ["falco"]);
        assert.deepEqual(closed("generic"), []);
        const quota = { cpu: "1", memory: "1Gi", pods: "7" };
        const args = { namespace: "eyes", owner: "us", quota, criticalPods: true };
        const deployed = await deploy(() => new GuardedNamespace("eyes", args));
        const { metadata, spec } = deployed.inputs("kubernetes:core/v1:ResourceQuota", "eyes-critical-quota");
        assert.deepEqual(
            { metadata, spec },
            {
                metadata: { name: "critical-pods", namespace: "eyes" },
                spec: {
                    hard: { pods: "7" },
                    scopeSelector: {
                        matchExpressions: [
                            {
                                scopeName: "PriorityClass",
                                operator: "In",
                                values: ["system-node-critical", "system-cluster-critical"],
                            },
                        ],
                    },
                },
            },
        );
        const plain = await deploy(() => new GuardedNamespace("eyes", { ...args, criticalPods: false }));
        assert.ok(!plain.list().some(([, name]) => name === "eyes-critical-quota"));
    });

    it("have room for Falco on as many nodes as there may be, and refuse what no container may have", () => {
        assert.deepEqual(eachNodeQuota(100, { cpu: "1000m", memory: "1Gi" }), {
            cpu: "40",
            memory: "120Gi",
            pods: "120",
        });
        assert.deepEqual(eachNodeQuota(1, { cpu: "2", memory: "1500Mi" }), { cpu: "11", memory: "3Gi", pods: "2" });
        const falco = (over: object, nodes = 300) =>
            closedNamespaces(configOf({ nodes }, { falco: over }).config).find(
                ({ namespace }) => namespace === "falco",
            );
        assert.deepEqual(falco({ memory: "2Gi" })?.quota, { cpu: "100", memory: "720Gi", pods: "360" });
        assert.deepEqual(configOf({}, { falco: { memory: "16Gi", cpu: "6" } }).faults, [
            "acme:falco.cpu is 6; a container may have 4 at most",
            "acme:falco.memory is 16Gi; a container may have 8Gi at most",
        ]);
        assert.deepEqual(limitFaults({ cpu: "4", memory: "8Gi" }), []);
    });

    it("hold no address of metadata that is none", () => {
        const platforms: readonly Platform[] = PLATFORM_NAMES.map(platformOf);
        for (const { metadataAddresses, title } of platforms) {
            for (const address of metadataAddresses) {
                assert.match(address, /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]+)$/, title);
            }
        }
    });
});
