import assert from "node:assert/strict";

import { hostPathsOf, isWithin } from "../../../policies/kubernetes/host-paths";
import { kubeObjects } from "../../../policies/kubernetes/kube";
import { podOf } from "../../../policies/kubernetes/pods";
import { resourceOf } from "../../support/controls";

function directories(...paths: readonly unknown[]): readonly string[] {
    const volumes = paths.map((path, index) => ({ name: `v${index}`, hostPath: { path } }));
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec: { volumes } };
    const view = kubeObjects(resourceOf(pod)).flatMap((object) => podOf(object) ?? []);
    return view.flatMap((found) => hostPathsOf(found).map(({ directory }) => directory));
}

describe("hostPathsOf", () => {
    it("normalises slashes and steps up, so that no spelling hides a directory", () => {
        assert.deepEqual(directories("/var//run/", "/srv/../etc", "etc", "/..", "/"), [
            "/var/run",
            "/etc",
            "/etc",
            "/",
            "/",
        ]);
    });

    it("takes a path that is left out for the root", () => {
        assert.deepEqual(directories(undefined), ["/"]);
    });
});

describe("isWithin", () => {
    for (const [inner, outer, expected] of [
        ["/etc", "/etc", true],
        ["/etc/ssh", "/etc", true],
        ["/etcetera", "/etc", false],
        ["/etc", "/etc/ssh", false],
        ["/anything", "/", true],
    ] as const) {
        it(`says that ${inner} is ${expected ? "" : "not "}within ${outer}`, () => {
            assert.equal(isWithin(inner, outer), expected);
        });
    }
});
