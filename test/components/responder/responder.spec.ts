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
import { responderBounds } from "../../../components/responder/bounds";
import { policyText, Responder, responderFlows, webhookAddress } from "../../../components/responder/responder";
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
        assert.equal(webhookAddress(settings(), "falco"), "https://responder-webhook.responder.svc:8443/falco");
    });

    it("is told by falcosidekick, by mutual TLS with a certificate of its own", async () => {
        const faults: string[] = [];
        const falco = falcoSettings.read({ sidekick: { egress: { cidrs: ["10.0.0.0/24"] } } }, "falco", faults);
        const address = webhookAddress(settings(), "falco");
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
            "responder.x0tta6bl4.io/securityincidents: get,list,create,delete",
            "responder.x0tta6bl4.io/securityincidents/status: update",
            "/configmaps revoked-identities: get,patch",
            "/events: create",
            "coordination.k8s.io/leases: create",
            "coordination.k8s.io/leases responder: get,update",
        ]);
        assert.deepEqual(lines(RESPONDERS_RULES), ["responder.x0tta6bl4.io/securityincidents: get,list,watch,patch"]);
    });

    it("is bounded by admission in everything that it may change", () => {
        const bounded = responderBounds("responder", ["kube-system"]).map(
            ({ resource, operations }) => `${resource} ${operations.join()}`,
        );
        assert.deepEqual(bounded, [
            "pods UPDATE",
            "pods DELETE",
            "nodes UPDATE",
            "networkpolicies CREATE",
            "networkpolicies DELETE",
            "externalsecrets UPDATE",
            "deployments UPDATE",
            "statefulsets UPDATE",
            "daemonsets UPDATE",
        ]);
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

    it("takes the mode and the kill switch from the stack", () => {
        const policy = load(policyText({ mode: "propose", killSwitch: true })) as Record<string, unknown>;
        assert.deepEqual([policy["mode"], policy["killSwitch"]], ["propose", true]);
    });

    it("is refused without its image's digest, and where nobody would tell it of anything", async () => {
        const message = await refusalOf(
            () => new Responder("responder", { ...ARGS, images: SURROUNDINGS.images, falcosidekick: undefined }),
        );
        assert.match(message, /images\.overrides\.responder\.digest is missing/);
        assert.match(message, /needs somebody who tells it of events/);
    });
});
