import assert from "node:assert/strict";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { clusterProvider } from "../../../components/cluster/provider";
import { clusterSettings } from "../../../components/cluster/settings";
import { deploy } from "../../support/deploy";

const OWN = "0b4c7a54-6f0e-4f5c-9d0b-1f0a5d6f7a10";
const OTHER = "5e9d1a20-0c1b-4a4e-8f39-3c2f1b7f9b11";
const BASE = { name: "prod", apiServer: { cidrs: ["10.0.0.0/28"] } };

function settings(raw: object) {
    const faults: string[] = [];
    const read = clusterSettings.read({ ...BASE, ...raw }, "acme:cluster", faults);
    assert.deepEqual(faults, []);
    return read;
}

/** What is registered, and what is refused, where the cluster that is reached has a UID. */
async function against(uid: string, raw: object) {
    const registered: string[] = [];
    await pulumi.runtime.setMocks(
        {
            newResource: ({ type, name, id, inputs }) => {
                registered.push(`${type} ${name}`);
                const state = id === "kube-system" ? { metadata: { name: id, uid } } : (inputs as object);
                return { id: id ?? name, state };
            },
            call: () => ({}),
        },
        "acme",
        "prod",
        false,
    );
    // The suite's own guard would take the refusal for a stray; here it is what is asked for.
    const guards = process.listeners("unhandledRejection");
    const refusals = new Set<unknown>();
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", (reason) => refusals.add(reason));
    try {
        const provider = clusterProvider(settings(raw));
        new k8s.core.v1.Namespace("shop", { metadata: { name: "shop" } }, { provider });
        await pulumi.runtime.disconnect();
        await new Promise((resolve) => setImmediate(resolve));
    } finally {
        process.removeAllListeners("unhandledRejection");
        guards.forEach((guard) => process.on("unhandledRejection", guard));
    }
    return { registered, refusals: [...refusals] };
}

describe("the cluster of a stack", () => {
    it("is whatever the kubeconfig leads to, by the context that is set", async () => {
        const { registrations } = await deploy(() => clusterProvider(settings({ context: "prod-eu" })), "acme");
        const [provider] = registrations.filter(({ type }) => type === "pulumi:providers:kubernetes");
        assert.equal(provider?.inputs["context"], "prod-eu");
        assert.equal(registrations.filter(({ type }) => type === "pulumi:providers:kubernetes").length, 1);
    });

    it("is compared before anything is registered, and the same one is taken", async () => {
        const { registered, refusals } = await against(OWN, { identity: OWN });
        assert.deepEqual(refusals, []);
        const own = "kubernetes:core/v1:Namespace";
        assert.ok(registered.indexOf(`${own} kube-system`) < registered.indexOf(`${own} shop`));
    });

    it("is refused where it is another, and nothing is registered there", async () => {
        const { registered, refusals } = await against(OTHER, { identity: OWN, context: "dev" });
        const [refused, ...others] = refusals;
        // One error, of the kind that the engine prints without a stack trace.
        assert.deepEqual(others, []);
        assert.ok(pulumi.RunError.isInstance(refused));
        assert.equal(
            refused.message,
            `Stack "prod" belongs to the cluster whose namespace kube-system has the UID ${OWN}, but the context "dev" leads to one ` +
                `where it has ${OTHER}. Nothing was touched. Choose that cluster's context, or correct acme:cluster.identity where ` +
                "the cluster has been built anew.",
        );
        assert.deepEqual(registered, [
            "pulumi:providers:kubernetes cluster-identity",
            "kubernetes:core/v1:Namespace kube-system",
        ]);
    });

    it("can't be compared in a preview without a cluster, which shows the stack all the same", async () => {
        const { registrations } = await deploy(() => clusterProvider(settings({ identity: OWN })), "acme");
        const names = registrations.filter(({ type }) => type.startsWith("pulumi:providers:")).map(({ name }) => name);
        assert.deepEqual(names, ["cluster-identity", "kubernetes"]);
    });

    it("is named by a UID", () => {
        const faults: string[] = [];
        clusterSettings.read({ ...BASE, identity: "prod" }, "acme:cluster", faults);
        assert.deepEqual(faults, ['acme:cluster.identity must be the UID of a namespace, found "prod"']);
    });
});
