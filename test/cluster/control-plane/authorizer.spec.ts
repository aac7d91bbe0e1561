import assert from "node:assert/strict";

import fc from "fast-check";

import { Authorizer } from "../../../policies/kubernetes/rbac/authorizer";
import { bootstrapPolicy } from "../../../policies/kubernetes/rbac/bootstrap";
import type { AccessRequest } from "../../../policies/kubernetes/rbac/rule";
import { stackOf } from "../../support/controls";
import type { KubernetesObject } from "../harness/kubectl";
import { tally } from "../../support/tally.mjs";
import { review } from "../support/access-review";
import { apply, remove } from "../support/objects";
import { describeOnCluster } from "../support/shared";
import { until } from "../support/until";

/** A tenth in every run; all of them, with another seed, by `RBAC_QUESTIONS=10000 RBAC_SEED=$RANDOM npm run test:cluster`. */
const QUESTIONS = Number(process.env["RBAC_QUESTIONS"] ?? 1_000);
const SEED = Number(process.env["RBAC_SEED"] ?? 20_261_130);

const RBAC = "rbac.authorization.k8s.io";
const GROUPS = ["", "apps", "example.org"];
const RESOURCES = ["pods", "secrets", "deployments", "widgets", "nodes"];
const SUBRESOURCES = ["", "", "exec", "status", "scale"];
const VERBS = ["get", "list", "create", "impersonate", "use", "impersonate:user-info"];
const NAMES = ["", "one", "two"];
const URLS = ["/metrics", "/logs", "/logs/", "/logs/kube", "/healthz/ping"];
const SPACES = ["rbac-shop", "rbac-till"];
const USERS = ["jane", "joe", "system:serviceaccount:rbac-shop:web", "system:kube-scheduler"];
const USER_GROUPS = ["devs", "ops", "system:authenticated", "system:serviceaccounts:rbac-shop", "system:masters"];
const LABELS = ["rbac-test/a", "rbac-test/b", "rbac.authorization.k8s.io/aggregate-to-view"];
const ROLES = ["role-1", "role-2", "role-3", "role-4", "role-5"].map((name) => `rbac-test-${name}`);
const SHIPPED = ["view", "edit", "admin", "cluster-admin", "system:kube-scheduler", "system:basic-user"];

const some = <T>(values: readonly T[], most = 4) =>
    fc.uniqueArray(fc.constantFrom(...values), { minLength: Math.min(2, most), maxLength: most });
/** Some of the values, or now and then all of them by `*`. */
const someOrAll = (values: readonly string[]) =>
    fc.oneof({ weight: 2, arbitrary: some(values) }, fc.constant<string[]>(["*"]));

/** `*` now and then, and the forms that only look like wildcards. */
const resourceRule = fc.record(
    {
        verbs: someOrAll(VERBS),
        apiGroups: someOrAll(GROUPS),
        resources: someOrAll([
            ...RESOURCES,
            ...RESOURCES.flatMap((resource) => [`${resource}/exec`, `${resource}/*`]),
            "*",
            "*/status",
            "*/*",
        ]),
        resourceNames: some(NAMES.slice(1)),
    },
    { requiredKeys: ["verbs", "apiGroups", "resources"] },
);
const urlRule = fc.record({ verbs: someOrAll(VERBS), nonResourceURLs: some([...URLS, "*", "/logs/*", "/logs*"]) });

const subject = fc.oneof(
    fc.constantFrom(...USERS).map((name) => ({ kind: "User", name, apiGroup: RBAC })),
    fc.constantFrom(...USER_GROUPS).map((name) => ({ kind: "Group", name, apiGroup: RBAC })),
    fc.constantFrom(...SPACES).map((namespace) => ({ kind: "ServiceAccount", name: "web", namespace })),
);

const clusterRoles = fc.tuple(
    ...ROLES.map((name) =>
        fc
            .record({
                labels: fc.uniqueArray(fc.constantFrom(...LABELS), { maxLength: 2 }),
                aggregates: fc.option(some(LABELS, 2), { freq: 2 }),
                rules: fc.array(fc.oneof({ weight: 4, arbitrary: resourceRule }, urlRule), {
                    minLength: 1,
                    maxLength: 3,
                }),
            })
            .map(({ labels, aggregates, rules }) => ({
                apiVersion: `${RBAC}/v1`,
                kind: "ClusterRole",
                metadata: { name, labels: Object.fromEntries(labels.map((label) => [label, "true"])) },
                ...(aggregates === null
                    ? { rules }
                    : {
                          aggregationRule: {
                              clusterRoleSelectors: aggregates.map((label) => ({ matchLabels: { [label]: "true" } })),
                          },
                      }),
            })),
    ),
);
const roles = fc.tuple(
    ...SPACES.map((namespace) =>
        fc.array(resourceRule, { maxLength: 3 }).map((rules) => ({
            apiVersion: `${RBAC}/v1`,
            kind: "Role",
            metadata: { name: "rbac-test-role", namespace },
            rules,
        })),
    ),
);
const clusterBindings = fc
    .array(
        fc.record({
            role: fc.constantFrom(...ROLES, ...SHIPPED),
            subjects: fc.array(subject, { minLength: 1, maxLength: 5 }),
        }),
        {
            minLength: 2,
            maxLength: 5,
        },
    )
    .map((bindings) =>
        bindings.map(({ role, subjects }, index) => ({
            apiVersion: `${RBAC}/v1`,
            kind: "ClusterRoleBinding",
            metadata: { name: `rbac-test-${index}` },
            roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: role },
            subjects,
        })),
    );
const bindings = fc
    .array(
        fc.record({
            namespace: fc.constantFrom(...SPACES),
            role: fc.constantFrom("rbac-test-role", "rbac-test-absent", ...ROLES, ...SHIPPED),
            subjects: fc.array(subject, { minLength: 1, maxLength: 5 }),
        }),
        { minLength: 4, maxLength: 8 },
    )
    .map((list) =>
        list.map(({ namespace, role, subjects }, index) => ({
            apiVersion: `${RBAC}/v1`,
            kind: "RoleBinding",
            metadata: { name: `rbac-test-${index}`, namespace },
            roleRef: { apiGroup: RBAC, kind: role === "rbac-test-role" ? "Role" : "ClusterRole", name: role },
            subjects,
        })),
    );

const question: fc.Arbitrary<AccessRequest> = fc.oneof(
    {
        weight: 5,
        arbitrary: fc.record({
            verb: fc.constantFrom(...VERBS),
            group: fc.constantFrom(...GROUPS),
            resource: fc.constantFrom(...RESOURCES),
            subresource: fc.constantFrom(...SUBRESOURCES),
            name: fc.constantFrom(...NAMES),
            namespace: fc.constantFrom("", ...SPACES),
        }),
    },
    fc.record({ verb: fc.constantFrom(...VERBS), path: fc.constantFrom(...URLS) }),
);
const asker = fc.record({
    user: fc.constantFrom(...USERS),
    groups: fc.uniqueArray(fc.constantFrom(...USER_GROUPS.slice(0, 4)), { maxLength: 2 }),
});

function namespace(name: string): KubernetesObject {
    return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

describeOnCluster("the authorizer of RBAC", "control-plane", (cluster) => {
    const QUESTIONS_PER_CLUSTER = 100;

    after(async function () {
        this.timeout(120_000);
        await remove(cluster(), SPACES.map(namespace));
    });

    it(`answers as the API server does, over ${QUESTIONS} questions (seed ${SEED})`, async function () {
        this.timeout(3_600_000);
        for (const name of SPACES) {
            await apply(cluster(), namespace(name));
        }
        const landscapes = fc.sample(fc.tuple(clusterRoles, roles, clusterBindings, bindings), {
            seed: SEED,
            numRuns: Math.ceil(QUESTIONS / QUESTIONS_PER_CLUSTER),
        });
        let allowed = 0;
        for (const [index, parts] of landscapes.entries()) {
            // Names of its own: the controller manager may bring a role it is filling back while that is being deleted.
            const text = JSON.stringify(parts.flat()).replaceAll("rbac-test-", `rbac-test-${index}-`);
            const objects = JSON.parse(text) as KubernetesObject[];
            const refused = await Promise.all(objects.map((object) => apply(cluster(), object)));
            assert.deepEqual(
                refused.filter(({ accepted }) => !accepted).map(({ message }) => message),
                [],
            );
            await settled();
            const authorizer = new Authorizer(stackOf(...objects));
            const questions = fc.sample(fc.tuple(asker, question), {
                seed: SEED + index,
                numRuns: QUESTIONS_PER_CLUSTER,
            });
            const answers = await Promise.all(
                questions.map(async ([who, what]) => ({ who, what, theirs: await review(cluster(), who, what) })),
            );
            const differing = [];
            for (const { who, what, theirs } of answers) {
                const ours = authorizer.allows(who, what);
                // What the API server answers from may be a moment older than what it has stored.
                if (ours !== theirs && ours !== (await review(cluster(), who, what))) {
                    differing.push({ who, what, ours, theirs });
                }
            }
            tally("SubjectAccessReview of the API server, random requests", answers.length, differing.length);
            assert.deepEqual(differing, [], JSON.stringify(objects));
            allowed += answers.filter(({ theirs }) => theirs).length;
            await remove(cluster(), objects, { wait: false });
        }
        assert.ok(allowed > QUESTIONS / 20, `only ${allowed} of ${QUESTIONS} were allowed: the questions ask nothing`);
    });

    it("knows every role and binding that the API server brought along", async () => {
        const selected = "labelSelector=kubernetes.io%2Fbootstrapping%3Drbac-defaults";
        const served = async (resource: string): Promise<string[]> => {
            const { text } = await cluster().request("GET", `/apis/${RBAC}/v1/${resource}?${selected}`);
            const { items } = JSON.parse(text) as { items: KubernetesObject[] };
            return items.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`).sort();
        };
        const { roles: known, bindings: knownBindings } = bootstrapPolicy();
        const unknown = [...(await served("clusterroles")), ...(await served("roles"))].filter(
            (name) => !known.has(name),
        );
        assert.deepEqual(unknown, []);
        const bound = [...(await served("clusterrolebindings")), ...(await served("rolebindings"))];
        assert.deepEqual(
            bound.filter((name) => !knownBindings.has(name)),
            [],
        );
    });

    /** Waits until the controller manager has nothing more to write into aggregated roles, the API server's own included. */
    async function settled(): Promise<void> {
        let former = "";
        let since = Date.now();
        await until("aggregated roles to settle", async () => {
            const { text } = await cluster().request("GET", `/apis/${RBAC}/v1/clusterroles`);
            const { items } = JSON.parse(text) as {
                items: (KubernetesObject & { rules?: unknown; aggregationRule?: unknown })[];
            };
            const now = JSON.stringify(
                items.filter(({ aggregationRule }) => aggregationRule !== undefined).map(({ rules }) => rules),
            );
            if (now !== former) {
                former = now;
                since = Date.now();
            }
            return Date.now() - since > 1_000;
        });
    }
});
