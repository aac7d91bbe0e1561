import { strict as assert } from "node:assert";

import { objectsAreVisible } from "../../../../policies/controls/platform/objects-are-visible";
import { runControl } from "../../../../policies/engine/run";
import { GITOPS_KINDS } from "../../../../policies/kubernetes/gitops";
import type { Resource } from "../../../../policies/kubernetes/resource";
import { typeToken } from "../../../../policies/kubernetes/resource";
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

    describe("of what a controller fetches", () => {
        const applied = (apiVersion: string, kind: string, shown?: boolean) => {
            const props = { apiVersion, kind, metadata: { name: "web" }, spec: {} };
            return resource(typeToken(apiVersion, kind), { props, ...(shown === true && { shown }) });
        };

        for (const name of GITOPS_KINDS) {
            const [group, kind = ""] = name.split("/");
            it(`refuses to judge what a ${kind} of ${group} has applied, unless it is shown`, () => {
                const found = outcomesOf(applied(`${group}/v1`, kind));
                assert.deepEqual(
                    found.map(([status, , object]) => [status, object]),
                    [["unverifiable", "web"]],
                );
                assert.match(
                    String(found[0]?.[3]),
                    /: a controller fetches what it applies, and those objects are not/,
                );
                assert.deepEqual(outcomesOf(applied(`${group}/v1`, kind, true)), []);
            });
        }

        it("allows kinds of the same names in other groups", () => {
            assert.deepEqual(outcomesOf(applied("app.k8s.io/v1", "Application")), []);
        });
    });

    it("allows what is no object and hides none", () => {
        assert.deepEqual(outcomesOf(resource("pulumi:pulumi:Stack"), resource("shop:index:Web")), []);
    });
});
