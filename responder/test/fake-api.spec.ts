import assert from "node:assert/strict";

import { addWorkload, FakeApi } from "./support/fake-api.js";

// The fake is held to what it claims, since everything above leans on it.
describe("FakeApi", () => {
    it("refuses a change that goes by an old version, and leaves out empty maps", async () => {
        const api = new FakeApi();
        const [name] = addWorkload(api, { namespace: "shop", name: "web", replicas: 1 });
        const ref = { kind: "Pod", namespace: "shop", name: name ?? "" } as const;
        await assert.rejects(api.patch(ref, { metadata: { resourceVersion: "0" } }), { reason: "Conflict" });
        const patched = await api.patch(ref, { metadata: { labels: { app: null } } });
        assert.equal("labels" in patched.metadata, false);
    });
});
