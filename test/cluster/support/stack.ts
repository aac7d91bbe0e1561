import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { cli } from "../../support/cli";
import { definitions as knownDefinitions, install } from "../harness/definitions";
import type { Cluster } from "../harness/cluster";
import { messageOf } from "../harness/errors";
import type { Outcome } from "../harness/exec";
import type { KubernetesObject } from "../harness/kubectl";
import { lastLines } from "../harness/log";
import { Catalogue } from "./catalogue";
import { apply, create, namespacesSettled, read, remove } from "./objects";
import { until } from "./until";

export type StackName = "staging" | "production";
export const STACKS: readonly StackName[] = ["staging", "production"];

/** A stack as `hardening render` writes it. */
export interface RenderedStack {
    readonly folder: string;
    /** In apply order. */
    readonly objects: readonly KubernetesObject[];
}

/** What was rendered in this run: the program makes the same of the same settings, and needs seconds for it. */
const renders = new Map<string, Promise<RenderedStack>>();

/** Renders a stack by the tool's own command, once in a run. Extra arguments choose other settings. */
export async function renderStack(stack: StackName, args: readonly string[] = []): Promise<RenderedStack> {
    const key = [stack, ...args].join(" ");
    const known = renders.get(key) ?? render(stack, args);
    renders.set(key, known);
    return known;
}

async function render(stack: StackName, args: readonly string[]): Promise<RenderedStack> {
    const folder = mkdtempSync(join(tmpdir(), `render-${stack}-`));
    const { code, out, log } = await cli(["render", "--stack", stack, "--out", folder, ...args], {
        now: () => new Date(),
    });
    if (code !== 0) {
        throw new Error(`hardening render --stack ${stack} ended with ${code}: ${[...log, out].join("\n")}`);
    }
    const files = readdirSync(folder).filter((name) => name !== "kustomization.yaml");
    const objects = files.map((name) => load(readFileSync(join(folder, name), "utf8")) as KubernetesObject);
    rmSync(folder, { recursive: true });
    return { folder, objects };
}

/** `Kind namespace/name`, which is how an object is called in messages. */
export function describeObject({ kind, metadata }: KubernetesObject): string {
    return metadata.namespace === undefined
        ? `${kind} ${metadata.name}`
        : `${kind} ${metadata.namespace}/${metadata.name}`;
}

/**
 * Applies objects in their order: first everything up to the custom resource definitions, then, once those are served,
 * the rest. Stops at the first part that fails, as a deployment would.
 */
export async function applyInOrder(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<Outcome> {
    await namespacesSettled(cluster);
    const split = objects.findLastIndex(({ kind }) => kind === "CustomResourceDefinition") + 1;
    const definitionsPart = objects.slice(0, split);
    if (definitionsPart.length > 0) {
        const outcome = await cluster.kubectl.tryApply(definitionsPart);
        if (outcome.code !== 0) {
            return outcome;
        }
        const names = definitionsPart.filter(({ kind }) => kind === "CustomResourceDefinition");
        await cluster.kubectl.run([
            ...["wait", "--for=condition=Established", "--timeout=60s"],
            ...names.map(({ metadata }) => `crd/${metadata.name}`),
        ]);
    }
    return cluster.kubectl.tryApply(objects.slice(split));
}

/**
 * The objects that work without running pods: on fake nodes nobody answers webhooks, so that the second apply of whatever they
 * judge would be refused. Their own acceptance is tested by a dry run.
 */
export function withoutWebhooks(objects: readonly KubernetesObject[]): KubernetesObject[] {
    return objects.filter(({ kind }) => !kind.endsWith("WebhookConfiguration"));
}

/** Where the nodes have the volumes of {@link addVolumes}, each in a folder by its number from 1 on. */
export const VOLUMES_FOLDER = "/var/lib/volumes";

/** Volumes for the claims of stateful sets, which on a real cluster a storage class would bring; new ones, bound to nothing. */
export async function addVolumes(cluster: Cluster, count: number): Promise<void> {
    const volumes = Array.from({ length: count }, (_, index) => ({
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: `volume-${index + 1}` },
        spec: {
            accessModes: ["ReadWriteOnce"],
            capacity: { storage: "20Gi" },
            hostPath: { path: `${VOLUMES_FOLDER}/${index + 1}`, type: "DirectoryOrCreate" },
        },
    }));
    await remove(cluster, volumes);
    const answers = await Promise.all(volumes.map(async (volume) => create(cluster, volume)));
    assert.deepEqual(
        answers.map(({ message }) => message).filter((message) => message !== ""),
        [],
    );
}

/** Kinds that keep pods running, which `rolledOut` can wait for. */
export const WORKLOADS: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/**
 * Waits until every workload among some objects is rolled out, and its autoscaler has brought it to its minimum: that adds pods
 * some time later, which would not be ready in the middle of what comes next.
 */
export async function allRolledOut(
    cluster: Cluster,
    objects: readonly KubernetesObject[],
    seconds: number,
): Promise<void> {
    const workloads = objects.filter(({ kind }) => WORKLOADS.has(kind));
    await Promise.all(workloads.map(async (workload) => rolledOut(cluster, workload, seconds)));
    for (const scaler of objects.filter(({ kind }) => kind === "HorizontalPodAutoscaler")) {
        const { scaleTargetRef, minReplicas } = scaler["spec"] as {
            scaleTargetRef: { apiVersion: string; kind: string; name: string };
            minReplicas: number;
        };
        const { apiVersion, kind, name } = scaleTargetRef;
        const target = { apiVersion, kind, metadata: { name, namespace: scaler.metadata.namespace ?? "default" } };
        await until(`${describeObject(scaler)} has brought its target to its minimum`, async () => {
            const { readyReplicas = 0 } = (await read(cluster, target))?.["status"] as { readyReplicas?: number };
            return readyReplicas === minReplicas || `${readyReplicas} of ${minReplicas} are ready`;
        });
    }
}

/** Has workloads start anew, all at once, and waits until they have. */
export async function restart(
    cluster: Cluster,
    workloads: readonly KubernetesObject[],
    seconds: number,
): Promise<void> {
    for (const { kind, metadata } of workloads) {
        const which = ["-n", metadata.namespace ?? "default", `${kind.toLowerCase()}/${metadata.name}`];
        await cluster.kubectl.run(["rollout", "restart", ...which]);
    }
    await allRolledOut(cluster, workloads, seconds);
}

/** Waits until the pods of a workload are there and ready; if not, says what the cluster has to say about them. */
export async function rolledOut(cluster: Cluster, workload: KubernetesObject, seconds: number): Promise<void> {
    const what = `the pods of ${describeObject(workload)} are ready`;
    try {
        await until(what, async () => unready(await read(cluster, workload)) ?? true, { seconds });
    } catch (error) {
        const namespace = workload.metadata.namespace ?? "default";
        const events = await cluster.kubectl.run(["get", "events", "-n", namespace, "--sort-by=.lastTimestamp"]);
        const which = `${workload.kind.toLowerCase()}/${workload.metadata.name}`;
        const logs = ["logs", which, "-n", namespace, "--all-containers", "--tail=15"];
        const { stdout: said } = await cluster.kubectl.try(logs);
        throw new Error(`${messageOf(error)}\n${lastLines(events)}\n${said}`, { cause: error });
    }
}

/** What a workload still lacks to be rolled out, as `kubectl rollout status` sees it; undefined where nothing is missing. */
function unready(workload: KubernetesObject | undefined): string | undefined {
    if (workload === undefined) {
        return "it is not there";
    }
    const { generation } = workload.metadata;
    const { replicas: specified = 1 } = workload["spec"] as { replicas?: number };
    const status = (workload["status"] ?? {}) as Readonly<Record<string, number | undefined>>;
    const daemon = workload.kind === "DaemonSet";
    const wanted = daemon ? (status["desiredNumberScheduled"] ?? 0) : specified;
    const current = status[daemon ? "updatedNumberScheduled" : "updatedReplicas"] ?? 0;
    const available = status[daemon ? "numberAvailable" : "availableReplicas"] ?? 0;
    const all = daemon ? current : (status["replicas"] ?? 0);
    if (status["observedGeneration"] !== generation) {
        return "its newest version was not looked at";
    }
    return current === wanted && all === wanted && available === wanted
        ? undefined
        : `${all} pods of ${wanted}, ${current} of the newest version, ${available} available`;
}

/** What holds other objects and goes last. */
const FOUNDATIONS = new Set(["CustomResourceDefinition", "Namespace"]);
const WITH_PODS = new Set([...WORKLOADS, "Job", "CronJob"]);

/**
 * Removes objects, what was applied last before what it rests on, and waits until they are gone. Workloads go first, with
 * their pods and their claims: a namespace that still finds one of them waits 5 s and more before it looks again.
 *
 * @param foundations `leave`: doesn't wait for the namespaces, which Kubernetes looks at only 5 s after their deletion (the
 *     next `applyInOrder` or `inventory` does), and keeps the definitions, which are nobody's harm
 */
export async function removeInOrder(
    cluster: Cluster,
    objects: readonly KubernetesObject[],
    foundations: "wait" | "leave" = "wait",
): Promise<void> {
    const isFoundation = ({ kind }: KubernetesObject): boolean => FOUNDATIONS.has(kind);
    const others = objects.filter((object) => !WITH_PODS.has(object.kind) && !isFoundation(object));
    const namespaces = objects.filter(({ kind }) => kind === "Namespace");
    await remove(
        cluster,
        objects.filter(({ kind }) => WITH_PODS.has(kind)),
        { propagation: "Foreground" },
    );
    await remove(cluster, await claimsIn(cluster, objects));
    // From here on their 5 s pass, while everything in them goes.
    await remove(cluster, namespaces, { wait: false });
    await remove(
        cluster,
        others.filter((object) => !isCustom(object)),
        { wait: false },
    );
    // Custom resources must go while their definition is there.
    await remove(cluster, others.filter(isCustom));
    if (foundations === "leave") {
        return;
    }
    const definitions = objects.filter(({ kind }) => kind === "CustomResourceDefinition");
    await Promise.all(definitions.map(async (definition) => listInstances(cluster, definition)));
    await remove(cluster, [...definitions, ...namespaces]);
}

/** The volume claims that stateful sets made for their pods and leave behind. */
async function claimsIn(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<readonly KubernetesObject[]> {
    const namespaces = new Set(
        objects.filter(({ kind }) => kind === "StatefulSet").map(({ metadata }) => metadata.namespace ?? "default"),
    );
    const claims = await Promise.all(
        [...namespaces].map(async (namespace) => cluster.kubectl.list("persistentvolumeclaims", namespace)),
    );
    return claims.flat();
}

/**
 * Has the API server list the objects of a definition. It reads them only when it is first asked, and a definition that is
 * deleted before that stays until its removal is tried again, ever more seldom.
 */
async function listInstances(cluster: Cluster, definition: KubernetesObject): Promise<void> {
    const { group, names, versions } = definition["spec"] as {
        group: string;
        names: { plural: string };
        versions: { name: string }[];
    };
    await Promise.all(
        versions.map(async ({ name }) => cluster.request("GET", `/apis/${group}/${name}/${names.plural}`)),
    );
}

/** Groups of Kubernetes itself have no dot, or end in k8s.io. */
function isCustom({ apiVersion }: KubernetesObject): boolean {
    const group = apiVersion.split("/").at(-2) ?? "";
    return group.includes(".") && !group.endsWith(".k8s.io");
}

/**
 * Makes what a stack expects of its cluster: namespaces of other owners (monitoring), and the definitions of custom
 * resources that it uses and does not bring itself.
 * @returns the resources that no definition is to be had for, which therefore can't be applied here
 */
export async function prepareFor(
    cluster: Cluster,
    objects: readonly KubernetesObject[],
): Promise<{ readonly unavailable: readonly KubernetesObject[] }> {
    const own = new Set(objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name));
    const foreign = new Set(
        objects.flatMap(({ metadata }) => metadata.namespace ?? []).filter((name) => !own.has(name)),
    );
    for (const name of foreign) {
        const { accepted, message } = await apply(cluster, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
        assert.ok(accepted, message);
    }
    const catalogue = await Catalogue.of(cluster);
    const brought = new Set(objects.flatMap((object) => kindsDefinedBy(object)));
    const needed = objects.filter(
        (object) => !catalogue.serves(object) && !brought.has(`${object.apiVersion} ${object.kind}`),
    );
    if (needed.length === 0) {
        return { unavailable: [] };
    }
    const known = new Map<string, string>();
    for (const text of (await knownDefinitions()).values()) {
        kindsDefinedBy(load(text) as KubernetesObject).forEach((kind) => known.set(kind, text));
    }
    const texts = needed.flatMap(({ apiVersion, kind }) => known.get(`${apiVersion} ${kind}`) ?? []);
    if (texts.length > 0) {
        await install(cluster.kubectl, [...new Set(texts)]);
    }
    return { unavailable: needed.filter(({ apiVersion, kind }) => !known.has(`${apiVersion} ${kind}`)) };
}

/** `group/version Kind` for every version that a definition defines. */
function kindsDefinedBy(object: KubernetesObject): string[] {
    if (object.kind !== "CustomResourceDefinition") {
        return [];
    }
    const spec = object["spec"] as { group: string; names: { kind: string }; versions: { name: string }[] };
    return spec.versions.map(({ name }) => `${spec.group}/${name} ${spec.names.kind}`);
}
