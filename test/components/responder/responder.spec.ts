import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { readConfig } from "../../../components/config";
import { closedNamespaces, foundationOf } from "../../../components/foundation";
import { Images, imageSettings } from "../../../components/images";
import { policySpecs } from "../../../components/network/flows";
import { Falco } from "../../../components/falco/falco";
import { falcoSettings } from "../../../components/falco/settings";
import { policyText } from "../../../components/responder/policy";
import { responderFlows } from "../../../components/responder/flows";
import { falcoWebhook, Responder } from "../../../components/responder/responder";
import { CLUSTER_RULES, OWN_RULES, RESPONDERS_RULES } from "../../../components/responder/rights";
import { responderSettings, type ResponderSettings } from "../../../components/responder/settings";
import { deploy, refusalOf } from "../../support/deploy";
import { spireOf } from "../../support/spire";
import { SURROUNDINGS } from "../../support/surroundings";

const DIGEST = `sha256:${"a".repeat(64)}`;
const images = new Images(imageSettings.read({ overrides: { responder: { digest: DIGEST } } }, "images", []));

function settings(over: object = {}): ResponderSettings {
    const faults: string[] = [];
    const read = responderSettings.read({ enabled: true, ...over }, "x0tta6bl4:responder", faults);
    assert.deepEqual(faults, []);
    return read;
}

const ARGS = { ...SURROUNDINGS, images, settings: settings(), spire: spireOf(), falcosidekick: "falcosidekick" };
const WATCHED = { applications: [], foundation: [], secrets: [], falco: [], secretDirectories: [], ports: {} };
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

interface Container {
    readonly image: string;
    readonly env: readonly { readonly name: string; readonly value?: string }[];
    readonly volumeMounts: readonly { readonly mountPath: string; readonly readOnly?: boolean }[];
}

interface Policy {
    readonly metadata: { readonly name: string };
    readonly spec: {
        readonly matchConditions?: readonly { readonly expression: string }[];
        readonly matchConstraints: {
            readonly resourceRules: readonly Readonly<
                Record<"apiGroups" | "resources" | "operations", readonly string[]>
            >[];
        };
    };
}

interface Binding {
    readonly spec: { readonly policyName: string; readonly validationActions: readonly string[] };
}

interface ClusterRole {
    readonly rules: readonly Readonly<Record<"apiGroups" | "resources" | "verbs", readonly string[]>>[];
}

/** Verbs that change nothing. */
const READING: ReadonlySet<string> = new Set(["get", "list", "watch"]);

/** The operation as which admission sees a verb; a verb that is not here counts as one that no policy bounds. */
const OPERATIONS: Readonly<Record<string, string>> = {
    create: "CREATE",
    update: "UPDATE",
    patch: "UPDATE",
    delete: "DELETE",
    deletecollection: "DELETE",
};

/** `OPERATION group/resource` of each combination. */
function changes(
    groups: readonly string[],
    resources: readonly string[],
    operations: readonly string[],
): readonly string[] {
    return groups.flatMap((group) =>
        resources.flatMap((resource) => operations.map((operation) => `${operation} ${group}/${resource}`)),
    );
}

function stackConfig(stack: string, over: object = {}) {
    const text = readFileSync(join(__dirname, `../../../Pulumi.${stack}.yaml`), "utf8");
    const { config } = load(text) as { config: Record<string, object> };
    return readConfig({ ...config, ...over }, "x0tta6bl4").config;
}

describe("Responder", () => {
    it("watches in production and acts in staging, and is off until its image is published", () => {
        assert.equal(stackConfig("production").responder.mode, "observe");
        assert.equal(stackConfig("staging").responder.mode, "act");
        assert.equal(responderSettings.read(undefined, "x0tta6bl4:responder", []).enabled, false);
        assert.equal(responderSettings.read(undefined, "x0tta6bl4:responder", []).mode, "observe");
        assert.ok(!closedNamespaces(stackConfig("staging")).some(({ namespace }) => namespace === "responder"));
    });

    it("has a closed namespace of its own, and is scraped", () => {
        const config = { ...stackConfig("staging"), responder: settings({ namespace: "watch" }) };
        const over = { images: imageSettings.read({ overrides: { responder: { digest: DIGEST } } }, "images", []) };
        const foundation = foundationOf({ ...config, ...over }, "x0tta6bl4");
        assert.ok(closedNamespaces(config).some(({ namespace }) => namespace === "watch"));
        assert.deepEqual(
            foundation.targets
                .filter(({ name }) => name === "responder")
                .map(({ namespace, port }) => [namespace, port]),
            [["watch", "http"]],
        );
    });

    it("runs as two restricted replicas with its own identity and a certificate for senders, and changes only its evidence", async () => {
        const deployed = await deploy(() => new Responder("responder", ARGS));
        const spec = deployed.inputs(DEPLOYMENT, "responder-deployment")["spec"] as {
            readonly replicas: number;
            readonly template: { readonly spec: { readonly containers: readonly [Container] } };
        };
        const [container] = spec.template.spec.containers;
        assert.equal(spec.replicas, 2);
        assert.equal(container.image, `localhost:5001/x0tta6bl4-responder:0.1.0@${DIGEST}`);
        const env = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
        assert.equal(env["RESPONDER_FALCO_SENDERS"], "spiffe://certificates.internal/falcosidekick");
        assert.equal(env["RESPONDER_SENDER_AUTHORITY"], "certificates.internal=/etc/responder-senders");
        assert.equal(env["SPIFFE_ENDPOINT_SOCKET"], "unix:///run/spiffe/workload/spire-agent.sock");
        assert.deepEqual(
            container.volumeMounts.filter(({ readOnly }) => readOnly !== true).map(({ mountPath }) => mountPath),
            ["/tmp", "/evidence"],
        );
    });

    it("gets its events by the Service of the replica that leads", async () => {
        const deployed = await deploy(() => new Responder("responder", ARGS));
        const { spec } = deployed.inputs("kubernetes:core/v1:Service", "responder-webhook") as {
            spec: { selector: object };
        };
        assert.deepEqual(spec.selector, {
            "app.kubernetes.io/name": "responder",
            "responder.x0tta6bl4.io/leader": "true",
        });
        assert.equal(falcoWebhook(settings()), "https://responder-webhook.responder.svc:8443/falco");
    });

    it("is told by falcosidekick, by mutual TLS with a certificate of its own", async () => {
        const faults: string[] = [];
        const falco = falcoSettings.read({ sidekick: { egress: { cidrs: ["10.0.0.0/24"] } } }, "falco", faults);
        const address = falcoWebhook(settings());
        const deployed = await deploy(
            () => new Falco("falco", { ...SURROUNDINGS, settings: falco, namespaces: WATCHED, responder: address }),
        );
        const { spec } = deployed.inputs(DEPLOYMENT, "falcosidekick-deployment") as {
            spec: { template: { spec: { containers: readonly [Container] } } };
        };
        const env = spec.template.spec.containers[0].env.map(({ name, value }) => `${name}=${value ?? ""}`);
        assert.ok(env.includes(`WEBHOOK_ADDRESS=${address}`));
        assert.ok(env.includes("WEBHOOK_MUTUALTLS=true") && env.includes("WEBHOOK_CHECKCERT=true"));
    });

    it("may do exactly this, in every namespace and in its own; people may see and decide", () => {
        const lines = (rules: readonly object[]): readonly string[] =>
            (rules as readonly Readonly<Record<string, readonly string[]>>[]).map(
                ({ apiGroups, resources, resourceNames, verbs }) =>
                    `${apiGroups?.join() ?? ""}/${[resources?.join(), ...(resourceNames ?? [])].join(" ")}: ${verbs?.join() ?? ""}`,
            );
        assert.deepEqual(lines(CLUSTER_RULES), [
            "/pods: get,list,patch,delete",
            "/pods/log: get",
            "/nodes: get,list,patch",
            "/namespaces: get",
            "/events,services: list",
            "apps/deployments: get,patch",
            "apps/replicasets: get,list",
            "apps/statefulsets,daemonsets: get,patch",
            "batch/jobs,cronjobs: get",
            "networking.k8s.io/ingresses: list",
            "networking.k8s.io/networkpolicies: list,create,delete",
            "external-secrets.io/externalsecrets: get,patch",
            "spire.spiffe.io/clusterspiffeids: list",
        ]);
        assert.deepEqual(lines(OWN_RULES), [
            "responder.x0tta6bl4.io/securityincidents: get,list,watch,create,delete",
            "responder.x0tta6bl4.io/securityincidents/status: update",
            "/configmaps revoked-identities: get,patch",
            "/events: create",
            "coordination.k8s.io/leases: create",
            "coordination.k8s.io/leases responder: get,update",
        ]);
        assert.deepEqual(lines(RESPONDERS_RULES), ["responder.x0tta6bl4.io/securityincidents: get,list,watch,patch"]);
    });

    it("is bounded by admission in everything that it may change in every namespace, and in nothing else", async () => {
        const deployed = await deploy(() => new Responder("responder", ARGS));
        const inputsOf = <T>(kind: string) =>
            deployed.registrations.filter(({ type }) => type.endsWith(`:${kind}`)).map(({ inputs }) => inputs as T);
        const denying = inputsOf<Binding>("ValidatingAdmissionPolicyBinding")
            .filter(({ spec }) => spec.validationActions.includes("Deny"))
            .map(({ spec }) => spec.policyName);
        const account = "request.userInfo.username in ['system:serviceaccount:responder:responder']";
        const bounded = inputsOf<Policy>("ValidatingAdmissionPolicy")
            .filter(({ spec }) => spec.matchConditions?.every(({ expression }) => expression === account))
            .filter(({ metadata }) => denying.includes(metadata.name))
            .flatMap(({ spec }) => spec.matchConstraints.resourceRules)
            .flatMap(({ apiGroups, resources, operations }) => changes(apiGroups, resources, operations));
        const allowed = inputsOf<ClusterRole>("ClusterRole")
            .flatMap(({ rules }) => rules)
            .flatMap(({ apiGroups, resources, verbs }) =>
                changes(
                    apiGroups,
                    resources,
                    verbs.filter((verb) => !READING.has(verb)).map((verb) => OPERATIONS[verb] ?? verb),
                ),
            );
        assert.ok(allowed.length > 0);
        assert.deepEqual(bounded.sort(), [...new Set(allowed)].sort());
    });

    it("opens the webhook to falcosidekick, and its own way to the API server, names and metrics", () => {
        const opened = policySpecs(responderFlows(ARGS)).map(({ namespace, name }) => `${namespace}/${name}`);
        assert.deepEqual(opened.sort(), [
            "falcosidekick/responder-falcosidekick-egress",
            "responder/responder-api-egress",
            "responder/responder-dns-egress",
            "responder/responder-falcosidekick-ingress",
            "responder/responder-metrics-ingress",
        ]);
    });

    describe("by its settings", () => {
        const ID = `spiffe://${spireOf().trustDomain}/ns/responder/sa/responder`;
        const administered = { ...spireOf(), server: { ...spireOf().server, adminIds: [ID] } };

        async function envOf(over: object, spire = spireOf()): Promise<Readonly<Record<string, string | undefined>>> {
            const deployed = await deploy(
                () => new Responder("responder", { ...ARGS, spire, settings: settings(over) }),
            );
            const { spec } = deployed.inputs(DEPLOYMENT, "responder-deployment") as {
                spec: { template: { spec: { containers: readonly [Container] } } };
            };
            return Object.fromEntries(spec.template.spec.containers[0].env.map(({ name, value }) => [name, value]));
        }

        const opened = (over: object): readonly string[] =>
            policySpecs(responderFlows({ ...ARGS, settings: settings(over) }))
                .map(({ namespace, name }) => `${namespace}/${name}`)
                .filter((name) => !/-(?:api|dns|metrics|falcosidekick)-/.test(name))
                .sort();

        it("asks for none of it unless it is set", async () => {
            const env = await envOf({});
            assert.deepEqual(
                Object.keys(env).filter((name) =>
                    /SPIRE|OTLP|STORE|REGION|CREDENTIALS|CANARY|ALERTMANAGER|LIST_NAMESPACES/.test(name),
                ),
                [],
            );
            assert.deepEqual(opened({}), []);
        });

        it("administers the SPIRE server only where both of them say so", async () => {
            const over = { spireAdministrator: true };
            assert.equal((await envOf(over, administered))["RESPONDER_SPIRE_SERVER"], "spire-server.spire.svc:8081");
            assert.deepEqual(opened(over), ["responder/responder-spire-egress", "spire/responder-spire-ingress"]);
            assert.match(
                await refusalOf(() => new Responder("responder", { ...ARGS, settings: settings(over) })),
                new RegExp(
                    `x0tta6bl4:responder\\.spireAdministrator needs x0tta6bl4:spire\\.server\\.adminIds to hold ${ID}`,
                ),
            );
            assert.match(
                await refusalOf(() => new Responder("responder", { ...ARGS, spire: administered })),
                new RegExp(`adminIds holds ${ID}, and x0tta6bl4:responder\\.spireAdministrator is not set`),
            );
        });

        it("keeps its list in the namespaces of peers, and may do there no more than that", async () => {
            const over = { denyLists: ["shop"] };
            assert.equal((await envOf(over))["RESPONDER_DENY_LIST_NAMESPACES"], "shop");
            const deployed = await deploy(() => new Responder("responder", { ...ARGS, settings: settings(over) }));
            const { metadata, data } = deployed.inputs("kubernetes:core/v1:ConfigMap", "responder-shop-deny-list") as {
                metadata: { name: string; namespace: string };
                data: object;
            };
            assert.deepEqual(
                [metadata.name, metadata.namespace, data],
                ["revoked-identities", "shop", { "deny.yaml": "deny: []\n" }],
            );
            const role = deployed.inputs("kubernetes:rbac.authorization.k8s.io/v1:Role", "responder-shop-rights-role");
            assert.deepEqual(role["metadata"], { name: "responder", namespace: "shop" });
            assert.deepEqual(role["rules"], [
                {
                    apiGroups: [""],
                    resources: ["configmaps"],
                    resourceNames: ["revoked-identities"],
                    verbs: ["get", "patch"],
                },
            ]);
            assert.match(
                await refusalOf(
                    () => new Responder("responder", { ...ARGS, settings: settings({ denyLists: ["responder"] }) }),
                ),
                /x0tta6bl4:responder\.denyLists holds responder, its own namespace/,
            );
        });

        it("keeps evidence in a store outside, with credentials from a Secret", async () => {
            const over = { evidenceStore: { url: "https://s3.example.org:9000/evidence", cidrs: ["192.0.2.0/24"] } };
            const env = await envOf(over);
            assert.equal(env["RESPONDER_EVIDENCE_STORE"], "https://s3.example.org:9000/evidence");
            assert.equal(env["RESPONDER_EVIDENCE_REGION"], "us-east-1");
            assert.equal(env["RESPONDER_EVIDENCE_CREDENTIALS"], "/etc/responder-evidence");
            const [policy] = policySpecs(responderFlows({ ...ARGS, settings: settings(over) })).filter(
                ({ name }) => name === "responder-evidence-egress",
            );
            assert.match(JSON.stringify(policy?.spec), /"192\.0\.2\.0\/24".*"port":9000/);
            const faults: string[] = [];
            const insecure = {
                enabled: true,
                evidenceStore: { url: "http://s3.example.org/x", cidrs: ["192.0.2.0/24"] },
            };
            responderSettings.read(insecure, "x0tta6bl4:responder", faults);
            assert.deepEqual(faults, [
                'x0tta6bl4:responder.evidenceStore.url must be an https URL of a bucket or folder, such as https://s3.example.org/evidence, found "http://s3.example.org/x"',
            ]);
        });

        it("sends spans to a collector, and takes reports of another's probe", async () => {
            const traces = {
                url: "http://collector.monitoring.svc:4318/v1/traces",
                namespace: "monitoring",
                labels: { app: "collector" },
            };
            const canary = { spiffeId: "spiffe://example.org/ns/probes/sa/probe", namespace: "probes" };
            const env = await envOf({ traces, canary });
            assert.equal(env["RESPONDER_OTLP"], traces.url);
            assert.equal(env["RESPONDER_CANARY_SENDERS"], canary.spiffeId);
            assert.deepEqual(opened({ traces, canary }), [
                "responder/responder-canary-ingress",
                "responder/responder-traces-egress",
            ]);
        });
    });

    it("takes the mode and the kill switch from the stack", () => {
        const policy = load(policyText({ mode: "propose", killSwitch: true })) as Record<string, unknown>;
        assert.deepEqual([policy["mode"], policy["killSwitch"]], ["propose", true]);
    });

    it("is refused without its image's digest, and where nobody would tell it of anything", async () => {
        const message = await refusalOf(
            () => new Responder("responder", { ...ARGS, images: SURROUNDINGS.images, falcosidekick: undefined }),
        );
        assert.match(message, /images\.overrides\.responder\.digest is missing/);
        assert.match(
            message,
            /x0tta6bl4:responder\.enabled needs somebody who tells it of events; set x0tta6bl4:falco\.sidekick or x0tta6bl4:responder\.alertmanager/,
        );
    });

    it("lets groups decide that are named, and none that holds everybody", async () => {
        const deployed = await deploy(
            () => new Responder("responder", { ...ARGS, settings: settings({ responders: ["acme:security"] }) }),
        );
        const { metadata, roleRef, subjects } = deployed.inputs(
            "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
            "responder-people-rights-binding",
        );
        const apiGroup = "rbac.authorization.k8s.io";
        assert.deepEqual(metadata, { name: "incident-responders", namespace: "responder" });
        assert.deepEqual(roleRef, { apiGroup, kind: "Role", name: "incident-responders" });
        assert.deepEqual(subjects, [{ apiGroup, kind: "Group", name: "acme:security" }]);
        const everybody = settings({ responders: ["system:authenticated"] });
        assert.match(
            await refusalOf(() => new Responder("responder", { ...ARGS, settings: everybody })),
            /x0tta6bl4:responder\.responders\[0\] gives incident-responders to "system:authenticated"/,
        );
    });
});
