import { strict as assert } from "node:assert";

import { objectsAreVisible } from "../../../../policies/controls/platform/objects-are-visible";
import { runControl } from "../../../../policies/engine/run";
import type { Resource } from "../../../../policies/kubernetes/resource";
import { Stack } from "../../../../policies/kubernetes/stack";

const resource = (type: string, rest: Partial<Resource> = {}): Resource => ({
    ...{ source: "stack dev", document: 0, type, props: {}, urn: `urn:pulumi:dev::shop::${type}::web` },
    ...rest,
});

function outcomesOf(...resources: readonly Resource[]) {
    return [...runControl(objectsAreVisible, new Stack(resources), {})].map((outcome) => [
        outcome.status,
        outcome.object?.kind,
        outcome.object?.name,
        outcome.status === "unverifiable" ? outcome.error.message : "",
    ]);
}

describe("objects-are-visible", () => {
    it("refuses to judge what can't be seen, by its URN", () => {
        const release = resource("kubernetes:helm.sh/v3:Release");
        const component = resource("shop:index:Web", { opaque: "its children are not seen" });
        assert.deepEqual(outcomesOf(release, component), [
            [
                "unverifiable",
                "Release",
                "web",
                `${release.urn}: a Helm release is one opaque object, and those of its chart are not seen`,
            ],
            ["unverifiable", "Web", "web", `${component.urn}: its children are not seen`],
        ]);
    });

    it("allows what is no object and hides none", () => {
        assert.deepEqual(outcomesOf(resource("pulumi:pulumi:Stack"), resource("shop:index:Web")), []);
    });
});
