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
            ["/opt/k3s", "kube-apiserver"],
            ["/bin/sh", "-c", "exec kube-apiserver --v=2 2>&1"],
            ["/go-runner", "--log-file=/var/log/a.log", "/usr/local/bin/kube-apiserver", "--v=2"],
            ["sh", "-c", "mkfifo /p; (tee -a /var/log/kube-apiserver.log < /p & ); exec kube-apiserver --v=2 >/p"],
            ["sh", "-c", "set -e\nX=1 kube-apiserver \\\n  --v=2"],
        ]) {
            assert.deepEqual(
                components({ command }).map(({ name }) => name),
                ["kube-apiserver"],
                command.join(" "),
            );
        }
    });

    it("are not seen in a program that only names one", () => {
        for (const command of [
            ["etcdctl", "get"],
            ["echo", "etcd"],
            ["backup", "--of", "etcd"],
            ["constructor"],
            ["sh", "-c", "pgrep etcd"],
            ["--kubelet-service=kube-system/kubelet"],
            ["--etcd-path", "KUBELET=/usr/bin/kubelet"],
            ["/code/apiserver", "--secure-port=5443"],
            ["scheduler"],
        ]) {
            assert.deepEqual(components({ command }), [], command.join(" "));
        }
        const image = "registry.k8s.io/etcd:3.6.0";
        assert.deepEqual(components({ image }), []);
        assert.deepEqual(components({ image: "calico/apiserver:v3.28.5", args: ["--secure-port=5443"] }), []);
        assert.deepEqual(components({ image, command: ["etcdctl", "snapshot", "save", "/x"] }), []);
        assert.deepEqual(components({ image, command: ["/entry"], args: ["--data-dir=/x"] }), []);
        assert.equal(components({ image, args: ["--data-dir=/x"] })[0]?.name, "etcd");
    });

    it("have flags in every way of writing them, of which the last counts", () => {
        assert.deepEqual(
            flagsOf({ command: ["etcd", "--a=1", "--b", "2", "-c=3", "--d", "--e_f='x'", "--a=4"], args: ["--g=h=i"] }),
            { a: "4", b: "2", c: "3", d: "true", "e-f": "x", g: "h=i" },
        );
    });

    it("of etcd are taken from variables too, before which its flags go", () => {
        const env = [
            { name: "ETCD_CERT_FILE", value: "/a" },
            { name: "ETCD_KEY_FILE", value: "/b" },
            { name: "ETCD_TRUSTED_CA_FILE", valueFrom: { configMapKeyRef: { name: "c", key: "k" } } },
        ];
        assert.deepEqual(flagsOf({ command: ["etcd", "--key-file=/c"], env }), { "cert-file": "/a", "key-file": "/c" });
        assert.equal(components({ command: ["etcd"], env })[0]?.configFile, true);
        assert.deepEqual(flagsOf({ command: ["kubelet"], env }), {});
    });

    it("are whole with what they need to start, and an excerpt without", () => {
        assert.equal(components({ command: ["kube-apiserver", "--etcd-servers=https://e"] })[0]?.extent, "whole");
        assert.equal(components({ command: ["kube-apiserver", "--v=2"] })[0]?.extent, "excerpt");
    });
});
