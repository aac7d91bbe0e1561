import assert from "node:assert/strict";

import { componentsOf } from "../../../../policies/controls/audit/control-plane";
import type { Manifest } from "../../../support/controls";
import { stackOf } from "../../../support/controls";
import { pod } from "../../../support/objects";

function components(container: Manifest) {
    const [object] = stackOf(pod({}, { containers: [{ name: "it", ...container }] })).objects;
    return object === undefined ? [] : componentsOf(object);
}

const flagsOf = (container: Manifest): Readonly<Record<string, string>> =>
    Object.fromEntries([...(components(container)[0]?.flags ?? [])].map(([name, { value }]) => [name, value]));

describe("components of the control plane", () => {
    it("are known by their binary, wherever it lies and whatever starts it", () => {
        for (const command of [
            ["kube-apiserver"],
            ["/usr/local/bin/kube-apiserver", "--v=2"],
            ["/hyperkube", "apiserver"],
            ["/bin/sh", "-c", "exec kube-apiserver --v=2 2>&1"],
        ]) {
            assert.deepEqual(
                components({ command }).map(({ name }) => name),
                ["kube-apiserver"],
                command.join(" "),
            );
        }
    });

    it("are not seen in a program that only names one", () => {
        for (const command of [["etcdctl", "get"], ["echo", "etcd"], ["backup", "--of", "etcd"], ["constructor"]]) {
            assert.deepEqual(components({ command }), [], command.join(" "));
        }
        assert.deepEqual(components({ image: "registry.k8s.io/etcd:3.6.0" }), []);
    });

    it("have flags in every way of writing them, of which the last counts", () => {
        assert.deepEqual(
            flagsOf({ command: ["etcd", "--a=1", "--b", "2", "-c=3", "--d", "--e_f='x'", "--a=4"], args: ["--g=h=i"] }),
            { a: "4", b: "2", c: "3", d: "true", "e-f": "x", g: "h=i" },
        );
    });

    it("are whole with what they need to start, and an excerpt without", () => {
        assert.equal(components({ command: ["kube-apiserver", "--etcd-servers=https://e"] })[0]?.extent, "whole");
        assert.equal(components({ command: ["kube-apiserver", "--v=2"] })[0]?.extent, "excerpt");
    });
});
