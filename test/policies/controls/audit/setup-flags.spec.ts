import assert from "node:assert/strict";

import { componentsOf } from "../../../../policies/controls/audit/control-plane";
import { apiServerAuthenticates } from "../../../../policies/controls/audit/api-server-authenticates";
import { apiServerConfigurationSound } from "../../../../policies/controls/audit/api-server-configuration-sound";
import { kubeletAuthenticates } from "../../../../policies/controls/audit/kubelet-authenticates";
import { unjudgedReasons } from "../../../../policies/controls/judged";
import { carriedBy } from "../../../../policies/kubernetes/carried";
import type { Manifest } from "../../../support/controls";
import { messagesOf, stackOf } from "../../../support/controls";
import { pod } from "../../../support/objects";

const flagsIn = (manifest: Manifest): readonly string[] => {
    const [object] = stackOf(manifest).objects;
    return (object === undefined ? [] : componentsOf(object)).flatMap(({ name, flags }) =>
        [...flags].map(([flag, { value, path }]) => `${name} --${flag}=${value} at ${path}`),
    );
};
const custom = (apiVersion: string, kind: string, spec: object): Manifest => ({
    apiVersion,
    kind,
    metadata: { name: "c" },
    spec,
});
const configMap = (text: string): Manifest => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "c" },
    data: { file: text },
});

describe("flags of components in what sets up clusters", () => {
    for (const [what, manifest, expected] of [
        [
            "kubeadm's map",
            {
                apiVersion: "kubeadm.k8s.io/v1beta3",
                kind: "ClusterConfiguration",
                apiServer: { extraArgs: { "anonymous-auth": "true" } },
                etcd: { local: { extraArgs: { "auto-tls": "true" } } },
            },
            [
                "kube-apiserver --anonymous-auth=true at apiServer.extraArgs.anonymous-auth",
                "etcd --auto-tls=true at etcd.local.extraArgs.auto-tls",
            ],
        ],
        [
            "kubeadm's list",
            {
                apiVersion: "kubeadm.k8s.io/v1beta4",
                kind: "InitConfiguration",
                nodeRegistration: { kubeletExtraArgs: [{ name: "anonymous-auth", value: "true" }] },
            },
            ["kubelet --anonymous-auth=true at nodeRegistration.kubeletExtraArgs[0].value"],
        ],
        [
            "Cluster API with kubeadm's configuration",
            custom("controlplane.cluster.x-k8s.io/v1beta1", "KubeadmControlPlane", {
                kubeadmConfigSpec: {
                    clusterConfiguration: { controllerManager: { extraArgs: { profiling: "true" } } },
                },
            }),
            [
                "kube-controller-manager --profiling=true at spec.kubeadmConfigSpec.clusterConfiguration.controllerManager.extraArgs.profiling",
            ],
        ],
        [
            "Cluster API with RKE2's",
            custom("controlplane.cluster.x-k8s.io/v1beta1", "RKE2ControlPlane", {
                serverConfig: { kubeAPIServer: { extraArgs: ["--anonymous-auth=true"] } },
            }),
            ["kube-apiserver --anonymous-auth=true at spec.serverConfig.kubeAPIServer.extraArgs[0]"],
        ],
        [
            "Rancher's",
            custom("provisioning.cattle.io/v1", "Cluster", {
                rkeConfig: { machineGlobalConfig: { "kube-apiserver-arg": ["anonymous-auth=true"] } },
            }),
            ["kube-apiserver --anonymous-auth=true at spec.rkeConfig.machineGlobalConfig.kube-apiserver-arg[0]"],
        ],
        [
            "kOps'",
            custom("kops.k8s.io/v1alpha2", "Cluster", {
                kubeAPIServer: { anonymousAuth: true, enableAdmissionPlugins: ["A", "B"] },
            }),
            [
                "kube-apiserver --anonymous-auth=true at spec.kubeAPIServer.anonymous-auth",
                "kube-apiserver --enable-admission-plugins=A,B at spec.kubeAPIServer.enable-admission-plugins",
            ],
        ],
        [
            "kOps' by names of its own, for the kubelets of the control plane and for everybody",
            custom("kops.k8s.io/v1alpha2", "Cluster", {
                authorization: { alwaysAllow: {} },
                kubeAPIServer: { auditLogMaxAge: 3 },
                masterKubelet: { anonymousAuth: true, featureGates: { A: "true", B: "false" } },
            }),
            [
                "kube-apiserver --authorization-mode=AlwaysAllow at spec.authorization.authorization-mode",
                "kube-apiserver --audit-log-maxage=3 at spec.kubeAPIServer.audit-log-maxage",
                "kubelet --anonymous-auth=true at spec.masterKubelet.anonymous-auth",
                "kubelet --feature-gates=A=true,B=false at spec.masterKubelet.feature-gates",
            ],
        ],
        ["kOps' that stay with RBAC", custom("kops.k8s.io/v1alpha2", "Cluster", { authorization: { rbac: {} } }), []],
        [
            "k0s'",
            custom("k0s.k0sproject.io/v1beta1", "ClusterConfig", {
                api: { extraArgs: { "disable-admission-plugins": "PodSecurity" } },
            }),
            ["kube-apiserver --disable-admission-plugins=PodSecurity at spec.api.extraArgs.disable-admission-plugins"],
        ],
        [
            "k3d's, each a text",
            {
                apiVersion: "k3d.io/v1alpha5",
                kind: "Simple",
                options: { k3s: { extraArgs: [{ arg: "--kubelet-arg=anonymous-auth=true" }, { arg: "--tls-san=a" }] } },
            },
            ["kubelet --anonymous-auth=true at options.k3s.extraArgs[0].arg"],
        ],
        [
            "EKS' nodes",
            custom("node.eks.aws/v1alpha1", "NodeConfig", { kubelet: { flags: ["--anonymous-auth=true"] } }),
            ["kubelet --anonymous-auth=true at spec.kubelet.flags[0]"],
        ],
        [
            "kind's patches without apiVersion, which kind fills in",
            {
                apiVersion: "kind.x-k8s.io/v1alpha4",
                kind: "Cluster",
                kubeadmConfigPatches: [
                    "kind: InitConfiguration\nnodeRegistration: {kubeletExtraArgs: {anonymous-auth: 'true'}}\n",
                ],
            },
            ["kubelet --anonymous-auth=true at kubeadmConfigPatches[0]"],
        ],
        [
            "a static pod in the files of a node",
            custom("bootstrap.cluster.x-k8s.io/v1beta1", "KubeadmConfig", {
                files: [
                    {
                        content: JSON.stringify({
                            apiVersion: "v1",
                            kind: "Pod",
                            spec: { containers: [{ name: "a", command: ["kube-apiserver", "--token-auth-file=/t"] }] },
                        }),
                    },
                ],
            }),
            ["kube-apiserver --token-auth-file=/t at spec.files[0].content"],
        ],
        [
            "kind's patches, which are texts",
            {
                apiVersion: "kind.x-k8s.io/v1alpha4",
                kind: "Cluster",
                kubeadmConfigPatches: [
                    "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\napiServer:\n  extraArgs: {anonymous-auth: 'true'}\n",
                ],
            },
            ["kube-apiserver --anonymous-auth=true at kubeadmConfigPatches[0]"],
        ],
        [
            "the file of kubeadm in a ConfigMap, in any of its documents",
            configMap(
                "apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\n---\napiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\napiServer: {extraArgs: {anonymous-auth: 'true'}}\n",
            ),
            ["kube-apiserver --anonymous-auth=true at data.file"],
        ],
        [
            "the file of k3s in a ConfigMap",
            configMap("kube-apiserver-arg:\n  - anonymous-auth=true\nkubelet-arg: [read-only-port=10255]\n"),
            ["kube-apiserver --anonymous-auth=true at data.file", "kubelet --read-only-port=10255 at data.file"],
        ],
        [
            "the file of Talos in a Secret",
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: { name: "c" },
                data: {
                    file: Buffer.from(
                        "version: v1alpha1\nmachine: {kubelet: {extraArgs: {read-only-port: 10255}}}\n",
                    ).toString("base64"),
                },
            },
            ["kubelet --read-only-port=10255 at data.file"],
        ],
        [
            "the file of k3s among what a ConfigMap keeps in base64",
            {
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: { name: "c" },
                binaryData: { file: Buffer.from("kubelet-arg: [read-only-port=10255]\n").toString("base64") },
            },
            ["kubelet --read-only-port=10255 at binaryData.file"],
        ],
        [
            "what k3s hands on",
            pod(
                {},
                {
                    containers: [
                        {
                            name: "k3s",
                            command: ["k3s", "server"],
                            args: ["--kube-apiserver-arg=anonymous-auth=true", "--kubelet-arg", "read-only-port=10255"],
                        },
                    ],
                },
            ),
            [
                "kube-apiserver --anonymous-auth=true at spec.containers[0].args[0]",
                "kubelet --read-only-port=10255 at spec.containers[0].args[1]",
            ],
        ],
        [
            "fields of another program by such names",
            configMap("apiVersion: x/v1\nscheduler: {extraArgs: {profiling: true}}"),
            [],
        ],
        ["a field of another kind", custom("example.org/v1", "Thing", { apiServer: { extraArgs: { a: "b" } } }), []],
    ] as const) {
        it(`are those of ${what}`, () => {
            assert.deepEqual(flagsIn(manifest), expected);
        });
    }

    it("are judged where they stand, as a kubelet's own file is", () => {
        assert.deepEqual(messagesOf(apiServerAuthenticates, configMap("kube-apiserver-arg: [anonymous-auth=true]")), [
            'data.file: --anonymous-auth of kube-apiserver is "true". Set it to false (CIS 1.2.1).',
        ]);
        const kubelet =
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthentication: {anonymous: {enabled: true}}";
        const setup = custom("bootstrap.cluster.x-k8s.io/v1beta1", "KubeadmConfig", { files: [{ content: kubelet }] });
        assert.match(
            messagesOf(kubeletAuthenticates, setup).join("\n"),
            /^spec\.files\[0\]\.content: authentication\.anonymous\.enabled is "true"/m,
        );
        const file =
            "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\nanonymous: {enabled: true}";
        assert.deepEqual(messagesOf(apiServerConfigurationSound, configMap(`a: 1\n---\n${file}`)), [
            "in data.file: anonymous.enabled is true for every path. Name the paths under conditions, or set it to false.",
        ]);
    });

    it("are judged in the fields that OpenShift and EKS have for a kubelet's file", () => {
        for (const [object, at] of [
            [
                custom("machineconfiguration.openshift.io/v1", "KubeletConfig", {
                    kubeletConfig: { readOnlyPort: 10255 },
                }),
                "spec.kubeletConfig.readOnlyPort",
            ],
            [
                custom("node.eks.aws/v1alpha1", "NodeConfig", { kubelet: { config: { readOnlyPort: 10255 } } }),
                "spec.kubelet.config.readOnlyPort",
            ],
        ] as const) {
            assert.deepEqual(messagesOf(kubeletAuthenticates, object), [
                `${at}: readOnlyPort is "10255". Set it to 0 (CIS 4.2.4).`,
            ]);
        }
    });

    it("are not quoted from a Secret", () => {
        const secret = (stringData: Manifest): Manifest => ({
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "c" },
            stringData,
        });
        assert.deepEqual(
            messagesOf(apiServerAuthenticates, secret({ file: "kube-apiserver-arg: [anonymous-auth=x]" })),
            [
                "stringData.file: --anonymous-auth of kube-apiserver is not as it should be. Set it to false (CIS 1.2.1).",
            ],
        );
        const kubelet = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 1";
        assert.deepEqual(messagesOf(kubeletAuthenticates, secret({ file: kubelet })), [
            "stringData.file: readOnlyPort is not as it should be. Set it to 0 (CIS 4.2.4).",
        ]);
    });

    it("leave the rest of what sets up a cluster unjudged, and say so of what can't be read", () => {
        const [cluster, template] = stackOf(
            custom("kops.k8s.io/v1alpha2", "Cluster", {}),
            configMap("apiVersion: kubeadm.k8s.io/v1beta4\n{{ if .Values.x }}\n"),
        ).objects;
        assert.ok(cluster && template);
        assert.deepEqual(unjudgedReasons(cluster), [
            "only the flags and configurations of the cluster's components are read in it",
        ]);
        assert.deepEqual(carriedBy(template).unread, ["data.file"]);
    });
});
