import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "../harness/kubectl";
import type { Cluster } from "../harness/cluster";
import { describeOnCluster } from "../support/shared";
import { applyInOrder, removeInOrder, renderStack, STACKS, type StackName } from "../support/stack";

/** A service account without any grant in it, to tell what everybody may do from what a stack grants. */
const NOBODY = { namespace: "default", name: "nobody" };

/** Kinds that decide access; the rest of a stack is not needed to ask who may do what. */
const ACCESS_KINDS = new Set([
    "Namespace",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
]);

interface ResourceRule {
    readonly verbs: readonly string[];
    readonly apiGroups?: readonly string[];
    readonly resources?: readonly string[];
    readonly resourceNames?: readonly string[];
}

interface RulesReview {
    readonly status: {
        readonly incomplete: boolean;
        readonly resourceRules: readonly ResourceRule[];
        readonly nonResourceRules: readonly {
            readonly verbs: readonly string[];
            readonly nonResourceURLs?: readonly string[];
        }[];
    };
}

/** `namespace/name` of a service account to, by namespace (`*`: every one), lines like `apps/deployments: get, list`. */
type AccessTable = Record<string, Record<string, readonly string[]>>;

for (const stack of STACKS) {
    describeOnCluster(`access in the ${stack} stack`, "control-plane", (cluster) => {
        let objects: readonly KubernetesObject[];
        let table: AccessTable;

        before(async function () {
            this.timeout(300_000);
            const rendered = await renderStack(stack);
            objects = rendered.objects.filter(({ kind }) => ACCESS_KINDS.has(kind));
            const outcome = await applyInOrder(cluster(), objects);
            assert.equal(outcome.code, 0, outcome.stderr);
            table = await accessTable(cluster(), objects);
        });

        after(async function () {
            this.timeout(120_000);
            await removeInOrder(cluster(), objects, "leave");
        });

        it("gives every service account exactly what the golden table lists", () => {
            const path = goldenFile(stack);
            if (process.env["UPDATE_GOLDEN"] === "1") {
                writeFileSync(path, `${JSON.stringify(table, null, 4)}\n`);
            }
            assert.deepEqual(table, JSON.parse(readFileSync(path, "utf8")));
        });

        it("gives nobody everything, and nobody the means to get more", () => {
            const tooMuch = grants(table).filter(
                ({ line }) => /(^|[/, ])\*/.test(line) || /: .*\b(escalate|bind|impersonate)\b/.test(line),
            );
            assert.deepEqual(tooMuch, []);
        });

        it("lets only the secret operators read Secrets, and none of them everywhere", () => {
            const readers = grants(table).filter(
                ({ line }) => /^secrets( |:)/.test(line) && /get|list|watch/.test(line),
            );
            assert.ok(
                readers.length > 0,
                "the External Secrets operators write Secrets, so the question must have an answer",
            );
            for (const { account, namespace } of readers) {
                assert.match(account, /^external-secrets\//, `${account} reads Secrets in ${namespace}`);
                assert.notEqual(namespace, "*", `${account} reads Secrets everywhere`);
            }
        });
    });
}

function grants(table: AccessTable): { account: string; namespace: string; line: string }[] {
    return Object.entries(table).flatMap(([account, namespaces]) =>
        Object.entries(namespaces).flatMap(([namespace, lines]) => lines.map((line) => ({ account, namespace, line }))),
    );
}

function goldenFile(stack: StackName): string {
    return join(__dirname, "..", "golden", `access.${stack}.json`);
}

/** What the API server itself answers for every account in every namespace of the stack, and in one that is not its own. */
async function accessTable(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<AccessTable> {
    const namespaces = [
        ...objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name),
        "default",
    ];
    const everybody = new Set(await rulesOf(cluster, NOBODY, "default"));
    const table: AccessTable = {};
    for (const { metadata } of objects.filter(({ kind }) => kind === "ServiceAccount")) {
        const account = { namespace: metadata.namespace ?? "default", name: metadata.name };
        const granted = new Map<string, readonly string[]>();
        await Promise.all(
            namespaces.map(async (namespace) => {
                const lines = await rulesOf(cluster, account, namespace);
                granted.set(
                    namespace,
                    lines.filter((line) => !everybody.has(line)),
                );
            }),
        );
        // What is granted in a namespace that is none of the stack's is granted in every one.
        const everywhere = granted.get("default") ?? [];
        const rows: Record<string, readonly string[]> = everywhere.length > 0 ? { "*": everywhere } : {};
        for (const namespace of namespaces) {
            const here = (granted.get(namespace) ?? []).filter((line) => !everywhere.includes(line));
            if (here.length > 0) {
                rows[namespace] = here;
            }
        }
        table[`${account.namespace}/${account.name}`] = rows;
    }
    return table;
}

/** A SelfSubjectRulesReview as the account: what `kubectl auth can-i --list --as` shows. */
async function rulesOf(
    cluster: Cluster,
    account: { readonly namespace: string; readonly name: string },
    namespace: string,
): Promise<string[]> {
    const user = `system:serviceaccount:${account.namespace}:${account.name}`;
    const groups = ["system:serviceaccounts", `system:serviceaccounts:${account.namespace}`, "system:authenticated"];
    const response = await cluster.request(
        "POST",
        "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
        { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec: { namespace } },
        { headers: { "impersonate-user": user, "impersonate-group": groups } },
    );
    assert.equal(response.status, 201, response.text);
    const { status } = JSON.parse(response.text) as RulesReview;
    assert.equal(status.incomplete, false, "the API server could not list every rule");
    const resources = status.resourceRules.flatMap((rule) =>
        (rule.resources ?? []).flatMap((resource) =>
            (rule.apiGroups ?? [""]).map((group) => {
                const names = rule.resourceNames === undefined ? "" : ` [${[...rule.resourceNames].sort().join(", ")}]`;
                return `${group === "" ? "" : `${group}/`}${resource}${names}: ${[...rule.verbs].sort().join(", ")}`;
            }),
        ),
    );
    const urls = status.nonResourceRules.flatMap((rule) =>
        (rule.nonResourceURLs ?? []).map((url) => `${url}: ${[...rule.verbs].sort().join(", ")}`),
    );
    return [...new Set([...resources, ...urls])].sort();
}
