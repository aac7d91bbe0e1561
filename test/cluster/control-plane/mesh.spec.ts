import assert from "node:assert/strict";

import { meshSettings, type MeshSettings } from "../../../components/mesh/settings";
import { meshResources } from "../../../components/mesh/specs";
import { definitions, install } from "../harness/definitions";
import { describeOnCluster } from "../support/shared";

const GROUPS = [".security.istio.io", "destinationrules.networking.istio.io"];
const CONTEXT = { namespace: "default", app: "web", port: 8080, metricsPort: 9090, trustDomain: "example.org" };
const SETTINGS = {
    kind: "istio",
    callers: [
        { namespace: "front", serviceAccount: "gateway" },
        { namespace: "default", serviceAccount: "worker", labels: { app: "worker" } },
    ],
};

describeOnCluster("the platform's part in a mesh on a real API server", "control-plane", (cluster) => {
    let names: readonly string[];

    before(async function () {
        this.timeout(300_000);
        const wanted = [...(await definitions())].filter(([name]) => GROUPS.some((group) => name.endsWith(group)));
        names = wanted.map(([name]) => name);
        assert.equal(names.length, 4);
        await install(
            cluster().kubectl,
            wanted.map(([, text]) => text),
        );
    });

    after(async () => {
        await cluster().kubectl.run(["delete", "crd", ...names, "--wait=true"]);
    });

    it("is accepted with strict field validation by Istio's own definitions", async () => {
        const settings = meshSettings.read(SETTINGS, "mesh", []) as MeshSettings;
        const objects = meshResources(settings, CONTEXT).map(({ apiVersion, kind, name, spec }) => ({
            apiVersion,
            kind,
            metadata: { name, namespace: CONTEXT.namespace },
            spec,
        }));
        const outcome = await cluster().kubectl.tryApply(objects);
        assert.equal(outcome.code, 0, outcome.stderr);
        assert.equal(outcome.stderr, "");
        assert.equal(outcome.stdout.trim().split("\n").length, objects.length);
    });
});
