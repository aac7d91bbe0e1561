import { strict as assert } from "node:assert";

import { Stack } from "../../../policies/kubernetes/stack";
import { pathGraphOf } from "../../../policies/paths/build";
import { withUnknown } from "../../support/cases";
import { resourceOf } from "../../support/controls";
import { edgesOf } from "./support";
import { object, pod } from "./manifests";

describe("what the graph of attack paths can't see", () => {
    it("is listed: a resource that nobody can look into, by its URN or else its source", () => {
        const release = object("helm.sh/v3", "Release", "db");
        const opaque = "is a release";
        const stack = new Stack([
            resourceOf(release, { urn: "urn:db", opaque }),
            resourceOf(release, { source: "db.yaml", opaque }),
        ]);
        assert.deepEqual(pathGraphOf(stack).unseen, [
            { what: "urn:db", why: opaque },
            { what: "db.yaml", why: opaque },
        ]);
    });

    it("is listed once: an object with an unknown value, whose other fields still count", () => {
        const privileged = pod({}, { securityContext: { privileged: true } });
        const graph = pathGraphOf(new Stack([resourceOf(withUnknown(privileged, "spec.volumes"))]));
        assert.deepEqual(
            graph.unseen.map(({ what }) => what),
            ["Pod shop/web"],
        );
        assert.deepEqual(edgesOf(graph, "privileged-container"), ["Pod shop/web -> a node"]);
    });
});
