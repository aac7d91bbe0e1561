import assert from "node:assert/strict";

import { ApiError } from "../../../../hardening/sources/cluster/client";
import { connectionTo, refuseOtherCluster } from "../../../../hardening/sources/cluster/identity";
import type { HostRequest } from "../../../../hardening/sources/program/registration";
import { InputError } from "../../../../policies/engine/input";

const OWN = "0b4c7a54-6f0e-4f5c-9d0b-1f0a5d6f7a10";

function request(cluster: unknown): HostRequest {
    const config: Record<string, string> = cluster === undefined ? {} : { "acme:cluster": JSON.stringify(cluster) };
    return {
        directory: "/",
        main: "/index.ts",
        project: "acme",
        runtime: "nodejs",
        stack: "prod",
        config,
        secretKeys: [],
    };
}

/** What is refused of a cluster whose kube-system has a UID, or that answers with an error. */
async function refusal(cluster: unknown, uid: string | ApiError): Promise<readonly string[]> {
    const get = async (path: string) => {
        assert.equal(path, "/api/v1/namespaces/kube-system");
        return uid instanceof ApiError ? Promise.reject(uid) : Promise.resolve({ metadata: { uid } });
    };
    try {
        await refuseOtherCluster({ get }, request(cluster), "cluster dev");
        return [];
    } catch (error) {
        assert.ok(error instanceof InputError);
        return error.faults;
    }
}

describe("the cluster that a stack belongs to", () => {
    const meant = `stack prod belongs to the cluster whose namespace kube-system has the UID ${OWN} (acme:cluster.identity)`;

    it("is the one with its identity, and no other", async () => {
        assert.deepEqual(await refusal({ identity: OWN }, OWN), []);
        assert.deepEqual(await refusal({ identity: OWN }, "5e9d"), [
            `${meant}, but in cluster dev it has 5e9d; choose another context`,
        ]);
    });

    it("is not taken for the same where it can't be told", async () => {
        assert.deepEqual(await refusal({ identity: OWN }, new ApiError("namespaces is forbidden", 403)), [
            `${meant}, but cluster dev can't be asked for its own: namespaces is forbidden`,
        ]);
        assert.deepEqual(await refusal({ identity: OWN }, ""), [
            `${meant}, but in cluster dev it has none; choose another context`,
        ]);
    });

    it("is any where the settings name none", async () => {
        for (const cluster of [undefined, {}, "prod", [OWN]]) {
            assert.deepEqual(await refusal(cluster, "5e9d"), []);
        }
    });

    it("is none that can be asked where the settings name it in a way that can't be read", async () => {
        const faults = async (cluster: unknown) => refusal(cluster, OWN);
        assert.deepEqual(await faults({ identity: "" }), [
            'acme:cluster: identity must be a text that is not empty, found ""',
        ]);
        assert.deepEqual(await faults({ identity: 7, context: {} }), [
            "acme:cluster: context must be a text that is not empty, found an object",
            "acme:cluster: identity must be a text that is not empty, found 7",
        ]);
    });

    it("is reached by its own context unless another is asked for", () => {
        const own = request({ context: "prod-eu" });
        assert.deepEqual(connectionTo({ kubeconfig: "k" }, own), { kubeconfig: "k", context: "prod-eu" });
        assert.deepEqual(connectionTo({ context: "dev" }, own), { context: "dev" });
        assert.deepEqual(connectionTo({}, request(undefined)), {});
    });
});
