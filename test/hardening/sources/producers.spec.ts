import { strict as assert } from "node:assert";

import fc from "fast-check";

import { evaluate } from "../../../hardening/evaluate";
import { parseManifest } from "../../../hardening/sources/manifests";
import { controls } from "../../../policies/controls";
import { selectControls } from "../../../policies/engine/profiles";
import { kubeObjects } from "../../../policies/kubernetes/kube";

const SECRET = "S3cr3t-value";
const RUNS = Number(process.env["PLAN_RUNS"] ?? 1_000);
const SEED = Number(process.env["PLAN_SEED"] ?? (process.env["PLAN_RUNS"] === undefined ? 1 : Date.now() % 2 ** 31));

const POD = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "shop" },
    spec: { hostPID: true, containers: [{ name: "web", image: "registry.example/web:1.0" }] },
};
const urnOf = (type: string, name: string) => `urn:pulumi:dev::shop::${type}::${name}`;
const POD_TYPE = "kubernetes:core/v1:Pod";
const CHART = "kubernetes:helm.sh/v4:Chart";
const RELEASE = "kubernetes:helm.sh/v3:Release";
const hiddenSecret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "AAAA" };
const states = [
    { urn: urnOf("pulumi:pulumi:Stack", "shop-dev"), type: "pulumi:pulumi:Stack", custom: false },
    { urn: urnOf(POD_TYPE, "web"), type: POD_TYPE, custom: true, inputs: POD },
    { urn: urnOf(CHART, "chart"), type: CHART, custom: false },
    { urn: urnOf(RELEASE, "release"), type: RELEASE, custom: true, inputs: { chart: "x", values: { p: SECRET } } },
];

const PREVIEW = {
    config: {},
    steps: states.map(({ urn, ...state }) => ({ op: "create", urn, newState: { urn, ...state } })),
    diagnostics: [],
    changeSummary: { create: 4 },
};
const EXPORT = { version: 3, deployment: { manifest: {}, resources: states } };
const PLAN = {
    version: 1,
    plan: {
        resourcePlans: Object.fromEntries(
            states.map(({ urn, type, inputs }) => [
                urn,
                { goal: { type, custom: true, inputDiff: { adds: inputs ?? {} } }, steps: ["create"] },
            ]),
        ),
    },
};
const EVENTS = states.map(({ urn, ...state }, index) => ({
    sequence: index,
    timestamp: 1,
    resourcePreEvent: { metadata: { op: "create", urn, new: { urn, ...state } } },
}));

const change = (type: string, name: string, after: unknown, rest: object = {}) => ({
    address: `${type}.${name}`,
    mode: "managed",
    type,
    name,
    change: { actions: ["create"], before: null, after, after_unknown: {}, after_sensitive: {}, ...rest },
});
const DEPLOYMENT = {
    metadata: [{ name: "web", namespace: "shop", labels: { app: "web" }, annotations: null }],
    spec: [
        {
            replicas: "2",
            selector: [{ match_labels: { app: "web" } }],
            template: [
                {
                    metadata: [{ labels: { app: "web" } }],
                    spec: [
                        {
                            host_pid: true,
                            volume: [{ name: "tmp", empty_dir: [{}] }],
                            container: [
                                {
                                    name: "web",
                                    image: "registry.example/web:1.0",
                                    env: [{ name: "PASSWORD", value: SECRET }],
                                    port: [{ container_port: 8080 }],
                                    security_context: [
                                        { run_as_user: "1000", capabilities: [{ add: ["NET_ADMIN"], drop: [] }] },
                                    ],
                                    resources: [{ limits: { cpu: "1" } }],
                                    liveness_probe: [{ http_get: [{ path: "/", port: "8080" }] }],
                                },
                            ],
                        },
                    ],
                },
            ],
        },
    ],
    wait_for_rollout: true,
};
const TERRAFORM = {
    format_version: "1.2",
    terraform_version: "1.9.0",
    planned_values: { root_module: {} },
    resource_changes: [
        change("kubernetes_deployment_v1", "web", DEPLOYMENT),
        change("kubernetes_manifest", "pod", { manifest: POD }),
        change(
            "kubernetes_secret",
            "s",
            { metadata: [{ name: "s" }], data: { p: SECRET } },
            { after_sensitive: { data: true } },
        ),
        change("helm_release", "chart", { chart: "x", values: [SECRET] }),
        change("aws_instance", "vm", { ami: "x" }),
        { ...change("kubernetes_pod", "old", null), change: { actions: ["delete"], before: {}, after: null } },
    ],
};

function read(value: unknown) {
    const text = Array.isArray(value) ? value.map((one) => JSON.stringify(one)).join("\n") : JSON.stringify(value);
    const { resources, failures } = parseManifest("plan.json", Buffer.from(text));
    return { resources, failures, objects: resources.flatMap((resource) => kubeObjects(resource)) };
}

const SELECTED = selectControls(controls, "all");
function findingsOf(value: unknown) {
    return evaluate([read(value).resources], { selected: SELECTED, waivers: [], now: new Date("2026-03-01") }).findings;
}

describe("plans and states as sources", () => {
    for (const [what, value] of Object.entries({ preview: PREVIEW, export: EXPORT, plan: PLAN, events: EVENTS })) {
        it(`sees the objects of Pulumi's JSON (${what}), and says what it can't see`, () => {
            const { failures, objects } = read(value);
            assert.deepEqual(failures, []);
            assert.deepEqual(
                objects.map(({ kind, name, resource }) => [kind, name, resource.urn]),
                [["Pod", "web", urnOf(POD_TYPE, "web")]],
            );
            const findings = findingsOf(value);
            assert.ok(findings.some(({ control }) => control === "no-host-pid"));
            assert.deepEqual(
                findings
                    .filter(({ control }) => control === "objects-are-visible")
                    .map(({ status, urn }) => [status, urn]),
                [
                    ["unverifiable", urnOf(CHART, "chart")],
                    ["unverifiable", urnOf(RELEASE, "release")],
                ],
            );
            assert.doesNotMatch(JSON.stringify(findings), new RegExp(SECRET));
        });
    }

    it("takes what Pulumi keeps secret for unknown, a whole spec too", () => {
        for (const spec of [hiddenSecret, "[secret]"]) {
            const inputs = { ...POD, spec };
            const state = { urn: urnOf(POD_TYPE, "web"), type: POD_TYPE, inputs };
            const findings = findingsOf({ version: 3, deployment: { resources: [state] } });
            assert.equal(findings.find(({ control }) => control === "no-host-pid")?.status, "unverifiable");
        }
    });

    it("sees the objects of Terraform's plan as the API has them", () => {
        const { failures, objects, resources } = read(TERRAFORM);
        assert.deepEqual(failures, []);
        assert.deepEqual(
            objects.map(({ apiVersion, kind, name }) => `${apiVersion} ${kind} ${name}`),
            ["apps/v1 Deployment web", "v1 Pod web", "v1 Secret s"],
        );
        assert.deepEqual(objects[0]?.body["spec"], {
            replicas: 2,
            selector: { matchLabels: { app: "web" } },
            template: {
                metadata: { labels: { app: "web" } },
                spec: {
                    hostPID: true,
                    volumes: [{ name: "tmp", emptyDir: {} }],
                    containers: [
                        {
                            name: "web",
                            image: "registry.example/web:1.0",
                            env: [{ name: "PASSWORD", value: SECRET }],
                            ports: [{ containerPort: 8080 }],
                            securityContext: {
                                runAsUser: 1000,
                                runAsNonRoot: false,
                                capabilities: { add: ["NET_ADMIN"] },
                            },
                            resources: { limits: { cpu: "1" } },
                            livenessProbe: { httpGet: { path: "/", port: 8080 } },
                        },
                    ],
                },
            },
        });
        assert.deepEqual(
            resources.filter(({ opaque }) => opaque !== undefined).map(({ urn }) => urn),
            ["helm_release.chart"],
        );
        assert.doesNotMatch(JSON.stringify(findingsOf(TERRAFORM)), new RegExp(SECRET));
    });

    it("takes a container's unset runAsNonRoot for the false that the provider sends, over what its pod says", () => {
        const withContext = (security_context: readonly object[]) => {
            const container = [{ name: "web", image: "registry.example/web:1.0", security_context }];
            const spec = [{ security_context: [{ run_as_non_root: true }], container }];
            const pod = change("kubernetes_pod_v1", "web", { metadata: [{ name: "web" }], spec });
            return findingsOf({ ...TERRAFORM, resource_changes: [pod] }).filter(
                ({ control }) => control === "run-as-non-root",
            );
        };
        assert.deepEqual(withContext([]), []);
        assert.deepEqual(withContext([{ run_as_non_root: true }]), []);
        const [finding, ...more] = withContext([{ run_as_non_root: null, privileged: false }]);
        assert.deepEqual(more, []);
        assert.equal(finding?.path, "spec.containers[0].securityContext.runAsNonRoot");
    });

    it("takes what Terraform will only know later for unknown", () => {
        const unknown = change(
            "kubernetes_deployment_v1",
            "web",
            { metadata: DEPLOYMENT.metadata },
            {
                after_unknown: { spec: true },
            },
        );
        const findings = findingsOf({ ...TERRAFORM, resource_changes: [unknown] });
        assert.equal(findings.find(({ control }) => control === "no-host-pid")?.status, "unverifiable");
    });

    it("reads the state of Terraform, its modules too", () => {
        const resource = {
            address: "kubernetes_manifest.a",
            mode: "managed",
            type: "kubernetes_manifest",
            values: { manifest: POD },
        };
        const child_modules = [{ resources: [resource], child_modules: [{ resources: [resource] }] }];
        const { objects } = read({
            format_version: "1.0",
            terraform_version: "1",
            values: { root_module: { child_modules } },
        });
        assert.equal(objects.length, 2);
    });

    const show = "scan what terraform show -json prints of it";
    const stored: Readonly<Record<string, readonly [content: string, message: string]>> = {
        "a plan as it is saved": ["PK\x03\x04\x14\x00", `is a ZIP archive, as Terraform saves a plan in; ${show}`],
        "a state as it is stored": [
            JSON.stringify({
                version: 4,
                terraform_version: "1.9.0",
                serial: 1,
                lineage: "x",
                resources: [{ x: SECRET }],
            }),
            `this is a state as Terraform stores it; ${show}`,
        ],
        "a state that OpenTofu has encrypted": [
            JSON.stringify({ serial: 1, lineage: "x", meta: {}, encrypted_data: "AAAA", encryption_version: "v0" }),
            `this is encrypted by OpenTofu; ${show}`,
        ],
        "the messages of a plan, once for all of them": [
            ["one", "two"]
                .map((message) => JSON.stringify({ "@level": "info", "@message": message, "@timestamp": "2026" }))
                .join("\n"),
            `these are the messages of terraform plan -json, and no plan; save the plan by -out, and ${show}`,
        ],
    };
    for (const [what, [content, message]] of Object.entries(stored)) {
        it(`says what to scan in place of ${what} by Terraform`, () => {
            const { resources, failures } = parseManifest("it", Buffer.from(content));
            assert.deepEqual(resources, []);
            assert.deepEqual(failures, [
                { source: "it", message, cause: "input", ...(content.startsWith("PK") && { line: undefined }) },
            ]);
        });
    }

    const refused: readonly [what: string, value: unknown, fault: RegExp][] = [
        ["a newer version of a deployment", { version: 9, deployment: {} }, /^version: a deployment of this version/],
        ["a newer version of a plan", { ...TERRAFORM, format_version: "2.0" }, /^format_version: this version/],
        ["an encrypted plan", { version: 1, ciphertext: "AAAA" }, /^the plan is encrypted/],
        [
            "a preview that failed",
            { ...PREVIEW, diagnostics: [{ severity: "error" }] },
            /^the preview ended in an error/,
        ],
        ["a plan that failed", { ...TERRAFORM, errored: true }, /^the plan ended in an error/],
        ["a step without state", { steps: [{ op: "create", urn: "u" }] }, /^a step of u has no state/],
        [
            "a change without values",
            { ...TERRAFORM, resource_changes: [{ type: "kubernetes_pod" }] },
            /no planned values/,
        ],
        ["resources that are no list", { version: 3, deployment: { resources: {} } }, /is no list/],
        ["a cut off plan", { ...TERRAFORM, resource_changes: undefined }, /^resource_changes is missing/],
    ];
    for (const [what, value, fault] of refused) {
        it(`refuses ${what}`, () => {
            assert.match(
                read(value)
                    .failures.map(({ message }) => message)
                    .join("\n"),
                fault,
            );
        });
    }

    it("refuses a plan that is cut off in the middle", () => {
        const text = JSON.stringify(EXPORT);
        const { failures } = parseManifest("plan.json", Buffer.from(text.slice(0, text.length / 2)));
        assert.equal(failures.length, 1);
    });

    it(`skips nothing of a plan that is damaged (seed ${SEED}, ${RUNS} runs)`, function () {
        this.timeout(20_000 + RUNS * 20);
        // Each holds the pod and nothing else; a run damages one place of it.
        const { urn, ...state } = { urn: urnOf(POD_TYPE, "web"), type: POD_TYPE, custom: true, inputs: POD };
        const plans: readonly unknown[] = [
            { ...PREVIEW, steps: [{ op: "create", urn, newState: { urn, ...state } }] },
            { ...EXPORT, deployment: { resources: [{ urn, ...state }] } },
            { plan: { resourcePlans: { [urn]: { goal: { inputDiff: { adds: POD } }, steps: ["create"] } } } },
            { ...TERRAFORM, resource_changes: [change("kubernetes_manifest", "pod", { manifest: POD })] },
        ];
        const junk = fc.constantFrom<unknown>(null, 0, true, "x", [], {}, [null], { a: 1 }, [[]], "\u0000");
        fc.assert(
            fc.property(fc.constantFrom(...plans), fc.nat(), junk, fc.boolean(), (plan, place, value, drop) => {
                const damaged = damage(plan, place, drop ? undefined : value);
                const { objects, failures, resources } = read(damaged);
                const pod = objects.some(({ body }) => body["kind"] === "Pod" || body["kind"] === value);
                const named = failures.length > 0 || resources.some(({ opaque }) => opaque !== undefined);
                assert.ok(pod || named, JSON.stringify(damaged));
                evaluate([resources], { selected: FEW, waivers: [], now: new Date("2026-03-01") });
            }),
            { numRuns: RUNS, seed: SEED },
        );
    });
});

const FEW = selectControls(controls, "baseline");

/** A copy with one value, chosen by `place`, replaced or left out. */
function damage(plan: unknown, place: number, value: unknown): unknown {
    const text = JSON.stringify(plan);
    let count = 0;
    JSON.parse(text, (_, item: unknown) => {
        count++;
        return item;
    });
    let at = place % (count - 1);
    return JSON.parse(text, (_, item: unknown) => (at-- === 0 ? value : item));
}
