import assert from "node:assert/strict";

import { load } from "js-yaml";

import { renderStack } from "../../../hardening/preview/render";
import type { Registration, Wire } from "../../../hardening/sources/program/registration";

let count = 0;
function object(apiVersion: string, kind: string, name: string, more: Record<string, Wire> = {}): Registration {
    return {
        urn: `urn:pulumi:s::p::kubernetes:${apiVersion}:${kind}::${name}-${count++}`,
        type: `kubernetes:${apiVersion}:${kind}`,
        name,
        custom: true,
        remote: false,
        parent: "",
        provider: "",
        inputs: { apiVersion: apiVersion.replace("core/", ""), kind, metadata: { name, namespace: "shop" }, ...more },
        dependencies: [],
        propertyDependencies: {},
        protect: false,
        retainOnDelete: false,
        ignoreChanges: [],
        aliases: [],
    };
}

describe("rendering", () => {
    it("writes one file an object in apply order, and a kustomization that keeps the order", () => {
        const { files, faults } = renderStack([
            object("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "policy"),
            object("external-secrets.io/v1", "ExternalSecret", "db"),
            object("apps/v1", "Deployment", "api"),
            object("core/v1", "ServiceAccount", "api"),
            object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "stores.example.org"),
            object("core/v1", "Namespace", "shop"),
        ]);
        assert.deepEqual(faults, []);
        const names = [
            "1-namespace-shop-shop.yaml",
            "2-customresourcedefinition-shop-stores.example.org.yaml",
            "3-serviceaccount-shop-api.yaml",
            "4-deployment-shop-api.yaml",
            "5-externalsecret-shop-db.yaml",
            "6-validatingadmissionpolicy-shop-policy.yaml",
        ];
        assert.deepEqual(
            files.map(({ name }) => name),
            [...names, "kustomization.yaml"],
        );
        assert.deepEqual(load(files.at(-1)?.content ?? ""), {
            apiVersion: "kustomize.config.k8s.io/v1beta1",
            kind: "Kustomization",
            resources: names,
            sortOptions: { order: "fifo" },
        });
    });

    it("writes what YAML 1.1 would take for something else in quotes", () => {
        const data = { a: "yes", b: "on", c: "0123", d: "1e3", e: "null", f: "12:30:45" };
        const [file] = renderStack([object("core/v1", "ConfigMap", "map", { data })]).files;
        for (const value of Object.values(data)) {
            assert.ok(file?.content.includes(`'${value}'`), value);
        }
        assert.deepEqual((load(file?.content ?? "") as { data: unknown }).data, data);
    });

    it("refuses secrets and unknown values, all by URN and path, and writes nothing then", () => {
        const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "hunter2" };
        const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
        const { files, faults } = renderStack([
            object("core/v1", "Secret", "token", { stringData: { token: secret } }),
            object("core/v1", "ConfigMap", "map", { data: { list: unknown } }),
        ]);
        assert.deepEqual(files, []);
        assert.deepEqual(faults.map((fault) => fault.replace(/-\d+:/, ":")).sort(), [
            "urn:pulumi:s::p::kubernetes:core/v1:ConfigMap::map: data.list is only known after deployment",
            "urn:pulumi:s::p::kubernetes:core/v1:Secret::token: stringData.token is a secret; secrets are not written to files, bring it in through External Secrets",
        ]);
        assert.doesNotMatch(faults.join("\n"), /hunter2/);
    });

    it("skips what is no Kubernetes object, and says so by URN", () => {
        const provider = {
            ...object("core/v1", "ConfigMap", "map"),
            type: "pulumi:providers:kubernetes",
            urn: "urn:provider",
        };
        assert.deepEqual(renderStack([provider]).skipped, ["urn:provider"]);
    });
});
