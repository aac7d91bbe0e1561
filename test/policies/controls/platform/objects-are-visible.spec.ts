import { strict as assert } from "node:assert";

import { objectsAreVisible } from "../../../../policies/controls/platform/objects-are-visible";
import { runControl } from "../../../../policies/engine/run";
import { GITOPS_KINDS } from "../../../../policies/kubernetes/gitops";
import { HOLDER_KINDS } from "../../../../policies/kubernetes/kinds";
import type { Resource } from "../../../../policies/kubernetes/resource";
import { typeToken } from "../../../../policies/kubernetes/resource";
import { Stack } from "../../../../policies/kubernetes/stack";
import { withUnknown } from "../../../support/cases";

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

    describe("of what an object makes", () => {
        const POD = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: { hostPID: true } };
        const outcomesWith = (unknown: string, name: string) => {
            const [group, kind = ""] = name.split("/");
            const apiVersion = `${group}/v1`;
            const props = { apiVersion, kind, metadata: { name: "web" }, spec: {}, objects: [POD], status: {} };
            return outcomesOf(resource(typeToken(apiVersion, kind), { props: withUnknown(props, unknown) }));
        };

        for (const name of HOLDER_KINDS) {
            const kind = name.split("/")[1] ?? "";
            it(`refuses to judge a ${kind} of ${name.split("/")[0]} of which something is unknown`, () => {
                for (const field of ["spec", "spec.a[0].b", "objects[1]", "objects[0].kind"]) {
                    const [found, ...more] = outcomesWith(field, name);
                    assert.deepEqual(more, []);
                    assert.deepEqual(found?.slice(0, 3), ["unverifiable", kind, "web"], field);
                    assert.match(String(found[3]), /: some of what it makes is not known before deployment$/);
                }
            });
        }

        it("leaves what is unknown in one of them to the controls over it", () => {
            assert.deepEqual(outcomesWith("objects[0].spec.hostPID", "work.karmada.io/Work"), []);
            assert.deepEqual(outcomesWith("status.a", "work.karmada.io/Work"), []);
            // Its values are filled in, which takes all of them.
            assert.equal(outcomesWith("objects[0].spec.hostPID", "template.openshift.io/Template").length, 1);
        });

        it("allows objects of other kinds of which something is unknown", () => {
            assert.deepEqual(outcomesWith("spec.a", "example.test/Widget"), []);
        });
    });

    it("allows what is no object and hides none", () => {
        assert.deepEqual(outcomesOf(resource("pulumi:pulumi:Stack"), resource("shop:index:Web")), []);
    });
});
