import type { Manifest } from "./controls";

/** A change that somebody bounded tries, and the messages of what refuses it. */
export interface Try {
    readonly title: string;
    readonly object: Manifest;
    /** @default it is created */
    readonly oldObject?: Manifest;
    readonly refused: readonly string[];
}

const IMAGE = "registry.example:5000/team/shop:1.0";

/** A Deployment as a deployer finds it. */
export const DEPLOYED = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "shop", namespace: "shop", labels: { app: "shop" } },
    spec: {
        replicas: 2,
        selector: { matchLabels: { app: "shop" } },
        template: {
            metadata: { labels: { app: "shop" }, annotations: { checksum: "1" } },
            spec: {
                serviceAccountName: "shop",
                automountServiceAccountToken: false,
                containers: [
                    {
                        name: "shop",
                        image: IMAGE,
                        resources: { limits: { cpu: "1" } },
                        env: [{ name: "A", value: "1" }],
                    },
                    { name: "side", image: "nginx:1" },
                ],
                volumes: [{ name: "certs", secret: { secretName: "shop-certs" } }],
            },
        },
    },
};

type Deployed = typeof DEPLOYED;
type Template = Deployed["spec"]["template"];
type Container = Template["spec"]["containers"][number];

function changed(change: (deployment: Deployed) => object): Manifest {
    return change(structuredClone(DEPLOYED)) as Manifest;
}

const template = (change: (one: Template) => object): Manifest =>
    changed((whole) => ({ ...whole, spec: { ...whole.spec, template: change(whole.spec.template) } }));

const pod = (over: object): Manifest => template((one) => ({ ...one, spec: { ...one.spec, ...over } }));

const first = (over: object): Manifest =>
    template((one) => ({
        ...one,
        spec: {
            ...one.spec,
            containers: one.spec.containers.map((c: Container, i) => (i === 0 ? { ...c, ...over } : c)),
        },
    }));

const image = (name: string): Manifest => first({ image: name });

const METADATA = "a deployer leaves labels, owners and finalizers of a Deployment as they are";
const TEMPLATE = "a deployer leaves labels, finalizers and annotations of pods as they are, but for that of a restart";
const POD = "a deployer leaves the account, the volumes and the rest of the pod as they are";
const CONTAINER = "a deployer changes the images and resources of containers, and nothing else of them";
const REPOSITORY = "a deployer takes images from where the ones that run came from";

const SECRET_VOLUME = { name: "stolen", secret: { secretName: "database" } };
const TOKEN_VOLUME = { name: "stolen", projected: { sources: [{ serviceAccountToken: { path: "t" } }] } };

export const DEPLOYER_TRIES: readonly Try[] = (
    [
        ["leave it as it is", changed((one) => one)],
        ["another tag", image("registry.example:5000/team/shop:2.0")],
        ["a digest", image(`registry.example:5000/team/shop:1.0@sha256:${"a".repeat(64)}`)],
        ["a digest alone", image(`registry.example:5000/team/shop@sha256:${"a".repeat(64)}`)],
        ["other resources", first({ resources: { limits: { cpu: "2" } } })],
        ["another scale", changed((one) => ({ ...one, spec: { ...one.spec, replicas: 3 } }))],
        [
            "a restart",
            template((one) => ({
                ...one,
                metadata: {
                    ...one.metadata,
                    annotations: { ...one.metadata.annotations, "kubectl.kubernetes.io/restartedAt": "now" },
                },
            })),
        ],
        [
            "a note on the Deployment",
            changed((one) => ({
                ...one,
                metadata: { ...one.metadata, annotations: { "kubernetes.io/change-cause": "x" } },
            })),
        ],
        ["another account", pod({ serviceAccountName: "secret-reader" }), POD],
        ["the account's token", pod({ automountServiceAccountToken: true }), POD],
        ["another Secret", pod({ volumes: [...DEPLOYED.spec.template.spec.volumes, SECRET_VOLUME] }), POD],
        ["another Secret in place of the one there", pod({ volumes: [SECRET_VOLUME] }), POD],
        ["a projected token", pod({ volumes: [TOKEN_VOLUME] }), POD],
        ["no volumes", pod({ volumes: undefined }), POD],
        ["the node's network", pod({ hostNetwork: true }), POD],
        ["an init container", pod({ initContainers: [{ name: "init", image: IMAGE }] }), POD],
        [
            "another container",
            pod({ containers: [...DEPLOYED.spec.template.spec.containers, { name: "evil", image: IMAGE }] }),
            CONTAINER,
            REPOSITORY,
        ],
        ["one container fewer", pod({ containers: DEPLOYED.spec.template.spec.containers.slice(0, 1) }), CONTAINER],
        ["another name", first({ name: "other" }), CONTAINER, REPOSITORY],
        ["another command", first({ command: ["cat", "/etc/shop-certs/tls.key"] }), CONTAINER],
        ["other arguments", first({ args: ["-c", "env"] }), CONTAINER],
        ["a variable", first({ env: [{ name: "NODE_OPTIONS", value: "--require=/tmp/x" }] }), CONTAINER],
        ["a variable out of a Secret", first({ envFrom: [{ secretRef: { name: "database" } }] }), CONTAINER],
        ["no variables", first({ env: undefined }), CONTAINER],
        ["a mount", first({ volumeMounts: [{ name: "certs", mountPath: "/" }] }), CONTAINER],
        ["privilege", first({ securityContext: { privileged: true } }), CONTAINER],
        ["another repository", image("registry.example:5000/team/evil:1.0"), REPOSITORY],
        ["another registry", image("registry.evil:5000/team/shop:1.0"), REPOSITORY],
        ["another port", image("registry.example:5001/team/shop:1.0"), REPOSITORY],
        ["no registry", image("team/shop:1.0"), REPOSITORY],
        ["a longer path", image("registry.example:5000/team/shop/evil:1.0"), REPOSITORY],
        ["a longer name", image("registry.example:5000/team/shopevil:1.0"), REPOSITORY],
        ["the other container's repository", image("nginx:1"), REPOSITORY],
        [
            "labels of the pod",
            template((one) => ({ ...one, metadata: { labels: { app: "shop", identity: "x" } } })),
            TEMPLATE,
        ],
        [
            "a finalizer of the pods, so that none of them ever goes",
            template((one) => ({ ...one, metadata: { ...one.metadata, finalizers: ["example.org/never"] } })),
            TEMPLATE,
        ],
        [
            "an annotation that a mesh reads",
            template((one) => ({
                ...one,
                metadata: { ...one.metadata, annotations: { checksum: "1", inject: "evil" } },
            })),
            TEMPLATE,
        ],
        ["no annotations", template((one) => ({ ...one, metadata: { labels: one.metadata.labels } })), TEMPLATE],
        ["a label", changed((one) => ({ ...one, metadata: { ...one.metadata, labels: {} } })), METADATA],
        [
            "an owner that is not there, so that it is collected",
            changed((one) => ({
                ...one,
                metadata: {
                    ...one.metadata,
                    ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "gone", uid: "0" }],
                },
            })),
            METADATA,
        ],
        [
            "a finalizer",
            changed((one) => ({ ...one, metadata: { ...one.metadata, finalizers: ["example.org/never"] } })),
            METADATA,
        ],
    ] as const
).map(([title, object, ...refused]) => ({ title, object, oldObject: DEPLOYED, refused }));

/** A webhook configuration as its program finds it. */
export const WEBHOOKS = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: {
        name: "secretstore-validate",
        resourceVersion: "1",
        generation: 1,
        labels: { "external-secrets.io/component": "webhook" },
    },
    webhooks: [
        {
            name: "validate.secretstore.external-secrets.io",
            clientConfig: { service: { namespace: "vaulting", name: "external-secrets-webhook", port: 443 } },
            rules: [
                {
                    apiGroups: ["external-secrets.io"],
                    apiVersions: ["v1"],
                    operations: ["CREATE"],
                    resources: ["secretstores"],
                },
            ],
            failurePolicy: "Fail",
            sideEffects: "None",
            admissionReviewVersions: ["v1"],
        },
    ],
};

const [WEBHOOK] = WEBHOOKS.webhooks;

const webhook = (over: object): Manifest => ({ ...WEBHOOKS, webhooks: [{ ...WEBHOOK, ...over }] });

const WHOLE = "only the authority of a webhook may be filled in here; the configuration stays as it was";
const ONE = "only clientConfig.caBundle of a webhook may be changed here: whoever is asked sees every object";

const WEBHOOK_TRIES: readonly Try[] = (
    [
        ["the authority", webhook({ clientConfig: { ...WEBHOOK?.clientConfig, caBundle: "Q0E=" } })],
        [
            "what the API server notes",
            { ...WEBHOOKS, metadata: { ...WEBHOOKS.metadata, resourceVersion: "2", generation: 2, managedFields: [] } },
        ],
        ["a URL of its own", webhook({ clientConfig: { url: "https://evil.example" } }), ONE],
        ["another service", webhook({ clientConfig: { service: { namespace: "x", name: "evil" } } }), ONE],
        [
            "all objects",
            webhook({ rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"] }] }),
            ONE,
        ],
        ["to fail open", webhook({ failurePolicy: "Ignore" }), ONE],
        ["no rules", webhook({ rules: undefined }), ONE],
        ["a selector", webhook({ namespaceSelector: { matchLabels: { a: "b" } } }), ONE],
        ["another name", webhook({ name: "evil.example.org" }), ONE],
        [
            "a second webhook",
            { ...WEBHOOKS, webhooks: [WEBHOOK, { ...WEBHOOK, name: "evil.example.org" }] },
            WHOLE,
            ONE,
        ],
        ["no webhook", { ...WEBHOOKS, webhooks: [] }, WHOLE],
        ["labels", { ...WEBHOOKS, metadata: { ...WEBHOOKS.metadata, labels: {} } }, WHOLE],
        ["an owner", { ...WEBHOOKS, metadata: { ...WEBHOOKS.metadata, ownerReferences: [{ name: "gone" }] } }, WHOLE],
    ] as const
).map(([title, object, ...refused]) => ({ title, object, oldObject: WEBHOOKS, refused }));

/** A definition whose objects are converted by the operator's webhook in a namespace. */
export const CONVERTED = (namespace: string) => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "things.bounds.example" },
    spec: {
        group: "bounds.example",
        scope: "Namespaced",
        names: { plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList" },
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
        conversion: {
            strategy: "Webhook",
            webhook: {
                conversionReviewVersions: ["v1"],
                clientConfig: { service: { namespace, name: "external-secrets-webhook", path: "/convert" } },
            },
        },
    },
});

function definitionTries(namespace: string): readonly Try[] {
    const old = CONVERTED(namespace);
    const spec = (over: object): Manifest => ({ ...old, spec: { ...old.spec, ...over } });
    const client = (clientConfig: object): Manifest =>
        spec({ conversion: { ...old.spec.conversion, webhook: { ...old.spec.conversion.webhook, clientConfig } } });
    const { service } = old.spec.conversion.webhook.clientConfig;
    const whole = "the certificate controller fills in the authority of the conversion, and changes nothing else";
    const by = `objects are converted by ${namespace}/external-secrets-webhook or by nobody`;
    return (
        [
            ["another port of the operator's webhook", client({ service: { ...service, port: 8443 } })],
            ["no conversion", spec({ conversion: { strategy: "None" } })],
            ["a URL of its own", client({ url: "https://evil.example" }), by],
            ["another service", client({ service: { ...service, name: "evil" } }), by],
            ["another namespace", client({ service: { ...service, namespace: "evil" } }), by],
            ["another kind", spec({ names: { ...old.spec.names, shortNames: ["secrets"] } }), whole],
            ["a label", { ...old, metadata: { ...old.metadata, labels: { a: "b" } } }, whole],
        ] as const
    ).map(([title, object, ...refused]) => ({ title, object, oldObject: old, refused }));
}

/** What the certificate controller tries, by the policy that judges it. */
export const CERT_CONTROLLER_TRIES = (namespace: string) => [
    { policy: "external-secrets-webhooks", tries: WEBHOOK_TRIES },
    { policy: "external-secrets-definitions", tries: definitionTries(namespace) },
];

const TYPES =
    "External Secrets writes Secrets of the types Opaque, kubernetes.io/basic-auth, kubernetes.io/dockerconfigjson, kubernetes.io/ssh-auth, kubernetes.io/tls only";

export const SECRET_TRIES: readonly Try[] = [
    { type: "Opaque", refused: [] },
    { type: "kubernetes.io/tls", refused: [] },
    { type: "kubernetes.io/service-account-token", refused: [TYPES] },
    { type: "bootstrap.kubernetes.io/token", refused: [TYPES] },
    { type: "example.org/any", refused: [TYPES] },
].flatMap(({ type, refused }) => {
    const annotations = { "kubernetes.io/service-account.name": "default" };
    const data = { "tls.crt": "", "tls.key": "" };
    const object = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "s", namespace: "shop", annotations },
        type,
        data,
    };
    return [
        { title: `create ${type}`, object, refused },
        { title: `update ${type}`, object, oldObject: object, refused },
    ];
});
