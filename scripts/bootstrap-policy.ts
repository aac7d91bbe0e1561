// Writes policies/kubernetes/rbac/bootstrap-policy.json anew: the roles and bindings that the API server itself brings along
// and restores at every start, from the version of Kubernetes that test/cluster builds (npm run kubernetes:roles). Needs Go.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import type { Body } from "../policies/kubernetes/kube";
import { list, obj, str, strings } from "../policies/kubernetes/kube";

const ROOT = join(__dirname, "..");
const SOURCES = "plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata";

const { Version: version, Dir: folder } = JSON.parse(
    execFileSync("go", ["mod", "download", "-json", "k8s.io/kubernetes"], {
        cwd: join(ROOT, "test/cluster/go/kubernetes"),
        encoding: "utf8",
    }),
) as { Version: string; Dir: string };

function itemsOf(file: string): readonly Body[] {
    return list(obj(load(readFileSync(join(folder, SOURCES, file), "utf8")))["items"]).map(obj);
}

/** What the API server fills in, or says of every one of them, is left out. */
function withoutEmpty(fields: Readonly<Record<string, unknown>>): Body {
    return Object.fromEntries(
        Object.entries(fields).filter(([, value]) => value !== "" && !(Array.isArray(value) && value.length === 0)),
    );
}

function role(body: Body): Body {
    const { name, namespace, labels } = obj(body["metadata"]);
    return withoutEmpty({
        name,
        namespace: str(namespace),
        // The label of them all is left out.
        labels: Object.keys(obj(labels)).filter((label) => label !== "kubernetes.io/bootstrapping"),
        aggregates: list(obj(body["aggregationRule"])["clusterRoleSelectors"]).flatMap((selector) =>
            Object.keys(obj(obj(selector)["matchLabels"])),
        ),
        rules: list(body["rules"]).map((rule) => {
            const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = obj(rule);
            return withoutEmpty({
                verbs: strings(verbs),
                apiGroups: strings(apiGroups),
                resources: strings(resources),
                resourceNames: strings(resourceNames),
                nonResourceURLs: strings(nonResourceURLs),
            });
        }),
    });
}

function binding(body: Body): Body {
    const { name, namespace } = obj(body["metadata"]);
    const { kind, name: roleName } = obj(body["roleRef"]);
    return withoutEmpty({
        name,
        namespace: str(namespace),
        roleKind: kind,
        role: roleName,
        subjects: list(body["subjects"]).map((entry) => {
            const subject = obj(entry);
            return withoutEmpty({ kind: subject["kind"], namespace: str(subject["namespace"]), name: subject["name"] });
        }),
    });
}

const policy = {
    kubernetes: version,
    roles: ["cluster-roles.yaml", "controller-roles.yaml", "namespace-roles.yaml"].flatMap(itemsOf).map(role),
    bindings: ["cluster-role-bindings.yaml", "controller-role-bindings.yaml", "namespace-role-bindings.yaml"]
        .flatMap(itemsOf)
        .map(binding),
};
const file = join(ROOT, "policies/kubernetes/rbac/bootstrap-policy.json");
// One line an entry, so that a new version's changes can be read.
const lines = (entries: readonly Body[]): string => entries.map((entry) => JSON.stringify(entry)).join(",\n");
writeFileSync(
    file,
    `{"kubernetes":${JSON.stringify(policy.kubernetes)},"roles":[\n${lines(policy.roles)}\n],"bindings":[\n${lines(policy.bindings)}\n]}\n`,
);
console.log(`${file}: ${policy.roles.length} roles, ${policy.bindings.length} bindings of Kubernetes ${version}`);
