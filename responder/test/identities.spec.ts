import assert from "node:assert/strict";

import { SpiffeId } from "@x0tta6bl4/spiffe";

import { keyOf } from "./support/fake-api.js";
import type { World } from "./support/world.js";
import { NAMESPACE, policyOf, respondIn, ruleOf, shopOf, statesOf } from "./support/world.js";

describe("Responder, identities", () => {
    const id = "spiffe://example.org/ns/shop/sa/web";
    let world: World;

    beforeEach(() => {
        world = shopOf(
            policyOf(
                { rules: [ruleOf("isolate", "revoke-identity", "ban-agent", "rotate-authority")] },
                { nodeFraction: 0.2 },
            ),
        );
        world.api.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
        world.api.put({
            apiVersion: "spire.spiffe.io/v1alpha1",
            kind: "ClusterSPIFFEID",
            metadata: { name: "web" },
            spec: {
                spiffeIDTemplate:
                    "spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}",
                podSelector: { matchLabels: { app: "web" } },
            },
        });
        world.spire.addAgent("node-0");
        for (const pod of ["web-0", "web-1"]) {
            const uid = world.api.objects.get(keyOf({ kind: "Pod", namespace: "shop", name: pod }))?.metadata.uid ?? "";
            world.spire.addEntry({
                spiffeId: SpiffeId.parse(id),
                parentId: SpiffeId.parse("spiffe://example.org/spire/agent/k8s_psat/test/node-0"),
                selectors: [{ type: "k8s", value: `pod-uid:${uid}` }],
                x509SvidTtl: 300,
            });
        }
    });

    it("are revoked for the pod alone, agents banned, authorities rotated once approved, and what can be undone is", async () => {
        const { responder, incident } = await respondIn(world);
        assert.equal(incident().subjects[0]?.spiffeId, id);
        world.decide(incident().name, { verdict: "approve", by: "alice" });
        await responder.tick();
        assert.deepEqual(statesOf(incident().actions), {
            isolate: "done",
            "revoke-identity": "done",
            "ban-agent": "done",
            "rotate-authority": "done",
        });
        assert.equal(world.spire.entriesById.size, 1);
        assert.deepEqual(
            [...world.spire.agentsById.values()].map(({ banned }) => banned),
            [true],
        );
        assert.deepEqual([world.spire.states.active?.id, world.spire.tainted], ["second", ["first"]]);
        world.decide(incident().name, { verdict: "undo", by: "alice" });
        await responder.tick();
        assert.equal(world.spire.entriesById.size, 2);
        assert.equal([...world.spire.entriesById.values()].at(-1)?.x509SvidTtl, 300);
        assert.equal(world.spire.agentsById.size, 0, "attests anew");
    });

    it("are denied to everybody where the policy names the workload, and the list is empty again afterwards", async () => {
        const web = { namespace: "shop", kind: "Deployment", name: "web" };
        world.policy = policyOf(
            {
                rules: [{ ...ruleOf("revoke-identity"), actions: [{ type: "revoke-identity", scope: "identity" }] }],
            },
            { mayLoseLastReplica: [web] },
        );
        const { responder, incident } = await respondIn(world);
        world.decide(incident().name, { verdict: "approve", by: "alice" });
        await responder.tick();
        const list = (): unknown =>
            world.api.objects.get(keyOf({ kind: "ConfigMap", namespace: NAMESPACE, name: "revoked-identities" }))?.[
                "data"
            ];
        assert.deepEqual(list(), { "deny.yaml": `deny:\n  - id: ${id}\n` });
        assert.equal(world.spire.entriesById.size, 0);
        world.decide(incident().name, { verdict: "undo", by: "alice" });
        await responder.tick();
        assert.deepEqual(list(), { "deny.yaml": "deny: []\n" });
        assert.equal(world.spire.entriesById.size, 2);
    });
});
