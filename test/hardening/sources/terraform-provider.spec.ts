import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { parseManifest } from "../../../hardening/sources/manifests";
import { kindOfType, meaningOf } from "../../../hardening/sources/terraform-types";
import { fieldsOf } from "../../../policies/kubernetes/api";
import { kubeObjects } from "../../../policies/kubernetes/kube";

interface Provider {
    readonly version: string;
    /** To each attribute that can be given, the number of the block that it holds, or -1. */
    readonly blocks: readonly Readonly<Record<string, number>>[];
    readonly resources: Readonly<Record<string, number>>;
}

/** What the provider's own schema says: npm run terraform:schema. */
const PROVIDER = JSON.parse(readFileSync("test/data/terraform-kubernetes.json", "utf8")) as Provider;

/** Resources that stand for no whole object, so that they are not judged. */
const NO_OBJECTS = [
    "kubernetes_annotations",
    "kubernetes_config_map_v1_data",
    "kubernetes_env",
    "kubernetes_labels",
    "kubernetes_node_taint",
    "kubernetes_secret_v1_data",
];

/** Attributes without a field, by where they stand: what gives one is named as not judged. */
const UNREAD: Readonly<Record<string, string>> = {
    "kubernetes_horizontal_pod_autoscaler_v2*.spec.target_cpu_utilization_percentage": "of autoscaling/v1 alone",
    "kubernetes_horizontal_pod_autoscaler.spec.behavior": "not of autoscaling/v1",
    "kubernetes_horizontal_pod_autoscaler.spec.metric": "not of autoscaling/v1",
    "*.volume.azure_file.secret_namespace": "of persistent volumes alone",
    "*.volume.local": "of persistent volumes alone",
    "*.volume.*.secret_ref.namespace": "of persistent volumes alone",
    "*.data_wo": "written by the apply, and in no plan",
    "*.binary_data_wo": "written by the apply, and in no plan",
};

function isUnread(path: string): boolean {
    return Object.keys(UNREAD).some((pattern) =>
        new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`).test(path),
    );
}

/** Every attribute of a block and of those within it that nothing is known of. */
function unreadIn(type: number, block: number, path: string): readonly string[] {
    return Object.entries(PROVIDER.blocks[block] ?? {}).flatMap(([attribute, inner]) => {
        const at = `${path}.${attribute}`;
        const meaning = meaningOf(attribute, fieldsOf(type));
        if (meaning === undefined) {
            return [at];
        }
        if (inner === -1 || meaning === "own") {
            return [];
        }
        const within = meaning === "inline" ? type : Number(/^[*%]*(\d+)$/.exec(meaning.form)?.[1] ?? Number.NaN);
        assert.ok(!Number.isNaN(within), `${at} is a block, and its field is none`);
        return unreadIn(within, inner, at);
    });
}

function planned(type: string, after: object) {
    const change = { address: `${type}.it`, type, change: { actions: ["create"], after, after_unknown: { id: true } } };
    const plan = { format_version: "1.2", terraform_version: "1.9.0", resource_changes: [change] };
    const { resources, failures } = parseManifest("plan.json", Buffer.from(JSON.stringify(plan)));
    assert.deepEqual(failures, []);
    return { bodies: resources.flatMap((one) => kubeObjects(one)).map(({ body }) => body), resources };
}

describe(`Terraform's Kubernetes provider ${PROVIDER.version}`, () => {
    it("has no resource that is neither read as an object nor named as none", () => {
        assert.deepEqual(
            Object.keys(PROVIDER.resources).filter((type) => kindOfType(type) === undefined),
            NO_OBJECTS,
        );
    });

    it("has no attribute that is neither read nor named as not judged", () => {
        const unread = Object.entries(PROVIDER.resources).flatMap(([type, block]) => {
            const kind = kindOfType(type);
            return kind === undefined ? [] : unreadIn(kind.type, block, type);
        });
        assert.notEqual(unread.length, 0);
        assert.deepEqual(
            unread.filter((path) => !isUnread(path)),
            [],
        );
        // And the list holds nothing that is known by now.
        for (const pattern of Object.keys(UNREAD)) {
            const matches = new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
            assert.ok(
                unread.some((path) => matches.test(path)),
                pattern,
            );
        }
    });

    it("has attributes whose given values are named as not judged, and no others are", () => {
        const metadata = [{ name: "web", generate_name: null, labels: {} }];
        const behavior = [{ scale_up: [{ stabilization_window_seconds: 60 }] }];
        const spec = { max_replicas: 3, scale_target_ref: [{ kind: "Deployment", name: "web" }] };
        const type = "kubernetes_horizontal_pod_autoscaler_v1";
        const future = { ...spec, limits_by_zone: [{ zone: "a" }] };
        const { resources, bodies } = planned(type, { metadata, spec: [future], future: "x" });
        assert.deepEqual(
            resources.map(({ opaque }) => opaque),
            [undefined, "what its attributes spec.limits_by_zone, future stand for is not known here"],
        );
        assert.deepEqual(bodies[0]?.["spec"], {
            maxReplicas: 3,
            scaleTargetRef: { kind: "Deployment", name: "web" },
        });
        const unset = { ...spec, limits_by_zone: [{ zone: "", of: null, is: [], on: false }] };
        assert.equal(planned(type, { metadata, spec: [unset], timeouts: { create: "1m" } }).resources.length, 1);
        assert.equal(planned(type.replace("_v1", ""), { spec: [{ ...spec, behavior }] }).resources.length, 2);
    });

    it("sends an old Ingress to the API that had its fields", () => {
        const backend = [{ service_name: "web", service_port: "80" }];
        const { resources } = planned("kubernetes_ingress", { metadata: [{ name: "web" }], spec: [{ backend }] });
        assert.deepEqual(
            resources.map(({ type, props }) => [type, props["spec"]]),
            [["kubernetes:extensions/v1beta1:Ingress", { backend: { serviceName: "web", servicePort: 80 } }]],
        );
    });

    it("keeps the source of a persistent volume in a block that the API does not have", () => {
        const { bodies } = planned("kubernetes_persistent_volume_v1", {
            metadata: [{ name: "data" }],
            spec: [
                {
                    persistent_volume_source: [{ host_path: [{ path: "/", type: "" }], csi: [] }],
                    storage_class_name: "x",
                },
            ],
        });
        assert.deepEqual(bodies[0]?.["spec"], { hostPath: { path: "/" }, storageClassName: "x" });
    });

    it("names a block of fields that is not known before the apply, of which none can be judged", () => {
        const change = {
            ...{ address: "kubernetes_persistent_volume_v1.it", type: "kubernetes_persistent_volume_v1" },
            change: { actions: ["create"], after: { spec: [{ storage_class_name: "x" }] }, after_unknown: {} },
        };
        for (const unknown of [true, [true]]) {
            change.change.after_unknown = { spec: [{ persistent_volume_source: unknown }] };
            const plan = { format_version: "1.2", terraform_version: "1.9.0", resource_changes: [change] };
            const { resources } = parseManifest("plan.json", Buffer.from(JSON.stringify(plan)));
            assert.deepEqual(
                resources.map(({ props, opaque }) => opaque ?? props["spec"]),
                [
                    { storageClassName: "x" },
                    "what its attributes spec.persistent_volume_source stand for is not known here",
                ],
            );
        }
    });

    it("names some fields in another way than the API", () => {
        const { bodies } = planned("kubernetes_daemonset", {
            metadata: [{ name: "web" }],
            spec: [
                {
                    strategy: [{ type: "OnDelete" }],
                    template: [
                        { spec: [{ volume: [{ name: "s", secret: [{ secret_name: "s", default_mode: "0640" }] }] }] },
                    ],
                },
            ],
        });
        assert.deepEqual(bodies[0]?.["spec"], {
            updateStrategy: { type: "OnDelete" },
            template: { spec: { volumes: [{ name: "s", secret: { secretName: "s", defaultMode: 0o640 } }] } },
        });
        const [strategy] = planned("kubernetes_deployment_v1", { spec: [{ strategy: [{ type: "Recreate" }] }] }).bodies;
        assert.deepEqual(strategy?.["spec"], { strategy: { type: "Recreate" } });
        const [fast] = planned("kubernetes_storage_class", { storage_provisioner: "ebs.csi.aws.com" }).bodies;
        assert.equal(fast?.["provisioner"], "ebs.csi.aws.com");
    });

    it("encodes the text of a Secret, and takes what is encoded under another name", () => {
        const { bodies } = planned("kubernetes_secret_v1", { data: { a: "text" }, binary_data: { b: "Yg==" } });
        const [{ stringData, data } = {}] = bodies;
        assert.deepEqual([stringData, data], [{ a: "text" }, { b: "Yg==" }]);
    });

    it("sends some resources to versions of the API that are gone, and none to a version that it does not name", () => {
        const versions = ["kubernetes_cron_job", "kubernetes_cron_job_v1", "kubernetes_pod_disruption_budget"];
        assert.deepEqual(
            versions.map((type) => kindOfType(type)?.apiVersion),
            ["batch/v1beta1", "batch/v1", "policy/v1beta1"],
        );
        assert.equal(kindOfType("kubernetes_deployment_v3"), undefined);
    });
});
