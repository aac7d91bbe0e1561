import { strict as assert } from "node:assert";

import { controls } from "../../../policies/controls";
import { lateralGraphOf } from "../../../policies/paths/build";
import { cutOf } from "../../../policies/paths/edge";
import { ALL_FAMILIES, EDGE_FAMILIES } from "../../../policies/paths/edges";
import type { Manifest } from "../../support/controls";
import { stackOf } from "../../support/controls";
import { POD } from "./cases/case";
import { CREDENTIALS } from "./cases/credentials";
import { ENTRIES } from "./cases/entries";
import { ESCAPES } from "./cases/escapes";
import { INHERENT } from "./cases/inherent";
import { RIGHTS } from "./cases/rights";
import { object, pod } from "./manifests";
import { edgesOf, graphOf } from "./support";

const CASES = [...ENTRIES, ...ESCAPES, ...CREDENTIALS, ...RIGHTS, ...INHERENT];

describe("edges of attack paths", () => {
    for (const { family, open, edge, mended } of CASES) {
        it(`${family}: ${edge}, where the manifests make it so, and not when they are mended`, () => {
            const found = edgesOf(graphOf(...open), family);
            assert.ok(found.includes(edge), `${edge} is not among\n${found.join("\n")}`);
            if (mended !== undefined) {
                assert.ok(!edgesOf(graphOf(...mended), family).includes(edge));
            }
        });
    }

    it("network-reach: follows what the policies of both ends leave open, and only where it is asked for", () => {
        const other = pod({}, {}, { name: "other", labels: { app: "other" } });
        const reach = (...manifests: readonly Manifest[]) =>
            edgesOf(lateralGraphOf(stackOf(pod(), other, ...manifests)), "network-reach");
        const open = "the network between pods that no policy isolates";
        assert.deepEqual(
            [...reach()].sort(),
            [`${POD} -> ${open}`, `Pod shop/other -> ${open}`, `${open} -> ${POD}`, `${open} -> Pod shop/other`].sort(),
        );
        const toWeb = (from: string) =>
            object("networking.k8s.io/v1", "NetworkPolicy", "web", {
                spec: {
                    podSelector: { matchLabels: { app: "web" } },
                    policyTypes: ["Ingress"],
                    ingress: [{ from: [{ podSelector: { matchLabels: { app: from } } }], ports: [{ port: 80 }] }],
                },
            });
        assert.ok(reach(toWeb("other")).includes(`Pod shop/other -> ${POD}`));
        assert.ok(!reach(toWeb("third")).some((edge) => edge.endsWith(`-> ${POD}`)));
        const fromWeb = (to: string) =>
            object("networking.k8s.io/v1", "NetworkPolicy", "web", {
                spec: {
                    podSelector: { matchLabels: { app: "web" } },
                    policyTypes: ["Egress"],
                    egress: [{ to: [{ podSelector: { matchLabels: { app: to } } }] }],
                },
            });
        assert.ok(reach(fromWeb("other")).includes(`${POD} -> Pod shop/other`));
        assert.ok(!reach(fromWeb("third")).some((edge) => edge.startsWith(`${POD} ->`)));
        assert.deepEqual(edgesOf(graphOf(pod(), other), "network-reach"), []);
    });

    it("have a case each, with what mends it where anything does", () => {
        assert.deepEqual(
            EDGE_FAMILIES.map(({ name }) => name).sort(),
            [...new Set(CASES.map(({ family }) => family))].sort(),
        );
        const lasting = EDGE_FAMILIES.filter(({ cut }) => cut.effort === "never").map(({ name }) => name);
        const unmended = CASES.filter(({ mended }) => mended === undefined).map(({ family }) => family);
        assert.deepEqual(
            unmended.filter((family) => !lasting.includes(family)),
            [],
        );
    });

    it("name in their remedies controls that there are", () => {
        const known = new Set(controls.map(({ name }) => name));
        const own = CASES.flatMap(({ open }) => graphOf(...open).edges.map(cutOf));
        const named = [...ALL_FAMILIES.map(({ cut }) => cut), ...own];
        assert.deepEqual(
            named.flatMap(({ control }) => control ?? []).filter((name) => !known.has(name)),
            [],
        );
    });
});
