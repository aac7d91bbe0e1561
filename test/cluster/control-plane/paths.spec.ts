import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import fc from "fast-check";

import { type Absent, bindingsOfSome, edgesByRights, SPACES } from "../../support/path-rights";
import { tally } from "../../support/tally.mjs";
import { request } from "../harness/api";
import type { KubernetesObject } from "../harness/kubectl";
import { review } from "../support/access-review";
import { apply, remove } from "../support/objects";
import { describeOnCluster } from "../support/shared";

/** So many that are not there; more, with another seed, by `PATHS_EDGES=10000 PATHS_SEED=$RANDOM npm run test:cluster -- --grep "attack paths"`. */
const EDGES = Number(process.env["PATHS_EDGES"] ?? 1_000);
const SEED = Number(process.env["PATHS_SEED"] ?? 20_261_130);

const ABSENT_PER_LANDSCAPE = 50;
/** Of rights to any workload or custom resource there are dozens of ways. */
const WAYS_ASKED = 4;

const namespace = (name: string): KubernetesObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

describeOnCluster("the edges of attack paths by rights", "control-plane", (cluster) => {
    const made: KubernetesObject[] = [];

    after(async function () {
        this.timeout(120_000);
        await remove(cluster(), [...made, ...SPACES.map(namespace)]);
    });

    it(`are what the API server allows, and ${EDGES} that are not there it refuses (seed ${SEED})`, async function () {
        this.timeout(3_600_000);
        for (const name of SPACES) {
            await apply(cluster(), namespace(name));
        }
        let confirmed = 0;
        let refused = 0;
        const families = new Set<string>();
        for (let index = 0; refused < EDGES; index++) {
            const [manifests = []] = fc.sample(bindingsOfSome, { seed: SEED + index, numRuns: 1 });
            const text = JSON.stringify(manifests).replaceAll("paths-test-", `paths-test-${index}-`);
            const objects = JSON.parse(text) as KubernetesObject[];
            const answers = await Promise.all(objects.map((object) => apply(cluster(), object)));
            assert.deepEqual(
                answers.filter(({ accepted }) => !accepted).map(({ message }) => message),
                [],
            );
            const { present, absent } = edgesByRights(objects);
            const unconfirmed = await Promise.all(
                present.map(async ({ family, who, requests }) => {
                    families.add(family);
                    const answers = await Promise.all(
                        requests.map((request) => becomes(() => review(cluster(), who, request))),
                    );
                    return answers.every(Boolean) ? [] : [{ family, who, requests }];
                }),
            );
            const keys = fc.sample(fc.nat(), { seed: SEED + index, numRuns: absent.length });
            const asked = absent
                .map((edge, place) => ({ edge, key: keys[place] ?? 0 }))
                .sort((one, other) => one.key - other.key)
                .slice(0, ABSENT_PER_LANDSCAPE);
            const missing = await Promise.all(
                asked.map(async ({ edge, key }) => ((await becomes(() => isRefused(edge, key))) ? [] : [edge])),
            );
            const wrong = [...unconfirmed.flat(), ...missing.flat()];
            tally(
                "SubjectAccessReview of the API server, edges by rights",
                present.length + asked.length,
                wrong.length,
            );
            assert.deepEqual(wrong, [], JSON.stringify(objects));
            confirmed += present.length;
            refused += asked.length;
            await remove(cluster(), objects, { wait: false });
        }
        assert.ok(confirmed > EDGES / 20, `only ${confirmed} edges came about`);
        assert.ok(families.size > 5, `only ${[...families].sort().join(", ")} came about`);
    });

    it("of a namespace's own rights lead where a RoleBinding lets somebody change that namespace, and no other", async () => {
        for (const name of SPACES) {
            await apply(cluster(), namespace(name));
        }
        const [own = "", other = ""] = SPACES;
        await grant(own, "paths-ann", { apiGroups: [""], resources: ["namespaces"], verbs: ["patch"] });
        const labels = { "paths-test": "open" };
        const relabel = (name: string) =>
            apply(
                cluster(),
                { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } },
                { as: "paths-ann", dryRun: true },
            );
        assert.ok(await becomes(async () => (await relabel(own)).accepted));
        assert.match((await relabel(other)).message, /cannot patch resource "namespaces"/);
    });

    it("of groups need a user of the whole cluster or a service account of the namespace to act as", async () => {
        const { authority, ports } = cluster().plane;
        const [own = "", other = ""] = SPACES;
        for (const name of SPACES) {
            await apply(cluster(), namespace(name));
        }
        const pair = await authority.issue({ name: "paths-eve", commonName: "paths-eve" });
        await grant("", "paths-eve", { apiGroups: [""], resources: ["groups"], verbs: ["impersonate"] });
        const resources = ["users", "serviceaccounts"];
        await grant(own, "paths-eve", { apiGroups: [""], resources, verbs: ["impersonate"] });
        const isMasterAs = async (user: string): Promise<boolean> => {
            const headers = { "impersonate-user": user, "impersonate-group": "system:masters" };
            const target = { port: ports.apiserver, authority, pair };
            return (await request(target, "GET", "/api/v1/nodes", undefined, { headers })).status === 200;
        };
        assert.ok(await becomes(() => isMasterAs(`system:serviceaccount:${own}:anybody`)));
        assert.equal(await isMasterAs(`system:serviceaccount:${other}:anybody`), false);
        assert.equal(await isMasterAs("anybody"), false);
    });

    /** Binds a rule to a user: in a namespace, or without one in the cluster. */
    async function grant(where: string, user: string, rule: Readonly<Record<string, readonly string[]>>) {
        const kind = where === "" ? "ClusterRole" : "Role";
        const apiGroup = "rbac.authorization.k8s.io";
        const metadata = { name: user, ...(where !== "" && { namespace: where }) };
        const objects: readonly KubernetesObject[] = [
            { apiVersion: `${apiGroup}/v1`, kind, metadata, rules: [rule] },
            {
                apiVersion: `${apiGroup}/v1`,
                kind: `${kind}Binding`,
                metadata,
                roleRef: { apiGroup, kind, name: user },
                subjects: [{ apiGroup, kind: "User", name: user }],
            },
        ];
        made.push(...objects);
        for (const object of objects) {
            assert.deepEqual(await apply(cluster(), object), { accepted: true, message: "", warnings: "" });
        }
    }

    /** What the API server answers from may be a moment older than what it has stored. */
    async function becomes(isSo: () => Promise<boolean>): Promise<boolean> {
        const deadline = Date.now() + 10_000;
        while (Date.now() < deadline) {
            if (await isSo()) {
                return true;
            }
            await sleep(100);
        }
        return false;
    }

    /** Whether one of the rights is refused, whichever of some ways it is asked for. */
    async function isRefused({ who, rights }: Absent, key: number): Promise<boolean> {
        for (const ways of rights) {
            const first = key % ways.length;
            const some = [...ways.slice(first), ...ways.slice(0, first)].slice(0, WAYS_ASKED);
            const answers = await Promise.all(some.map((request) => review(cluster(), who, request)));
            if (!answers.includes(true)) {
                return true;
            }
        }
        return false;
    }
});
