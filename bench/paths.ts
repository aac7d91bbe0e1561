// Times the graph of attack paths over synthetic clusters: npm run bench:paths [-- COUNT…]
import { Stack } from "../policies/kubernetes/stack";
import type { Resource } from "../policies/kubernetes/resource";
import { typeToken } from "../policies/kubernetes/resource";
import { pathGraphOf } from "../policies/paths/build";
import { cheapestCut } from "../policies/paths/cut";
import { namedPaths } from "../policies/paths/findings";
import { Reached, withoutFlaws } from "../policies/paths/search";

const counts = process.argv.slice(2).map(Number);
if (counts.some((count) => !Number.isInteger(count) || count < 1)) {
    process.stderr.write("usage: npm run bench:paths [-- COUNT…], each a whole number of objects\n");
    process.exit(2);
}

type Fields = Readonly<Record<string, unknown>>;

const RBAC = "rbac.authorization.k8s.io/v1";

/** What each application of a namespace consists of; the n-th now and then has more than it should. */
function application(namespace: string, n: number): readonly Fields[] {
    const name = `app-${n}`;
    const metadata = { name, namespace };
    const container = {
        name,
        image: `registry.example/${name}:1`,
        envFrom: [{ secretRef: { name } }],
        ...(n % 97 === 0 && { securityContext: { privileged: true } }),
    };
    const spec = { serviceAccountName: name, containers: [container] };
    const verbs = n % 31 === 0 ? ["get", "list", "create", "patch"] : ["get", "list"];
    return [
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata,
            spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec } },
        },
        { apiVersion: "v1", kind: "ServiceAccount", metadata },
        { apiVersion: "v1", kind: "Secret", metadata },
        {
            apiVersion: "v1",
            kind: "Service",
            metadata,
            spec: { type: n % 10 === 0 ? "LoadBalancer" : "ClusterIP", selector: { app: name } },
        },
        {
            apiVersion: RBAC,
            kind: "Role",
            metadata,
            rules: [
                { apiGroups: ["", "apps"], resources: ["pods", "configmaps", "deployments"], verbs },
                { apiGroups: [""], resources: ["secrets"], resourceNames: [name], verbs: ["get"] },
            ],
        },
        {
            apiVersion: RBAC,
            kind: "RoleBinding",
            metadata,
            roleRef: { kind: "Role", name },
            subjects: [
                { kind: "ServiceAccount", name },
                { kind: "Group", name: `team-${n % 50}` },
            ],
        },
        {
            apiVersion: "networking.k8s.io/v1",
            kind: "NetworkPolicy",
            metadata,
            spec: { podSelector: { matchLabels: { app: name } }, policyTypes: ["Ingress"], ingress: [{}] },
        },
    ];
}

/** A cluster of so many objects, ten applications to a namespace. */
function cluster(count: number): readonly Resource[] {
    const made: Fields[] = [];
    for (let n = 1; made.length < count; n++) {
        const namespace = `space-${Math.floor(n / 10)}`;
        if (n % 10 === 1) {
            made.push({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
        }
        made.push(...application(namespace, n));
    }
    return made.slice(0, count).map((props, document) => ({
        source: "cluster",
        document,
        type: typeToken(props["apiVersion"] as string, props["kind"] as string),
        props,
    }));
}

/** What a step came to, and how long it took in seconds. */
function timed<T>(step: () => T): readonly [T, number] {
    const start = performance.now();
    return [step(), (performance.now() - start) / 1_000];
}

process.stdout.write("| objects | nodes | edges | graph, s | paths, s | cut, s | memory, MiB |\n");
process.stdout.write("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
for (const count of counts.length > 0 ? counts : [1_000, 10_000, 100_000]) {
    const resources = cluster(count);
    const [graph, building] = timed(() => pathGraphOf(new Stack(resources)));
    const from = graph.nodes.filter(({ kind }) => kind === "internet");
    const to = graph.nodes.filter(({ kind }) => kind === "cluster-admin");
    const [, searching] = timed(() => {
        Array.from(namedPaths(graph, { sources: from, targets: to, entries: true }, withoutFlaws, () => false));
        return new Reached(graph, from, withoutFlaws);
    });
    const [, cutting] = timed(() => cheapestCut(graph, from, new Set(to), withoutFlaws));
    const seconds = [building, searching, cutting].map((time) => time.toFixed(2));
    const memory = Math.round(process.memoryUsage().rss / 1024 / 1024);
    const row = [count, graph.nodes.length, graph.edges.length, ...seconds, memory];
    process.stdout.write(`| ${row.join(" | ")} |\n`);
}
