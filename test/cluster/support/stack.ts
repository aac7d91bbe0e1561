import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { main } from "../../../hardening/main";
import { definitions, install } from "../harness/definitions";
import type { Cluster } from "../harness/cluster";
import type { Outcome } from "../harness/exec";
import type { KubernetesObject } from "../harness/kubectl";
import { lastLines } from "../harness/log";

export type StackName = "staging" | "production";
export const STACKS: readonly StackName[] = ["staging", "production"];

/** A stack as `hardening render` writes it. */
export interface RenderedStack {
    readonly folder: string;
    /** In apply order. */
    readonly objects: readonly KubernetesObject[];
}

/** Renders a stack by the tool's own command. Extra arguments choose other settings. */
export async function renderStack(stack: StackName, args: readonly string[] = []): Promise<RenderedStack> {
    const folder = mkdtempSync(join(tmpdir(), `render-${stack}-`));
    const lines: string[] = [];
    const code = await main(["render", "--stack", stack, "--out", folder, ...args], {
        out: (text) => lines.push(text),
        log: (line) => lines.push(line),
        stdin: () => Buffer.alloc(0),
        colour: false,
        shown: false,
        interactive: false,
        now: () => new Date(),
        clock: () => performance.now(),
    });
    if (code !== 0) {
        throw new Error(`hardening render --stack ${stack} ended with ${code}: ${lines.join("\n")}`);
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
    const split = objects.findLastIndex(({ kind }) => kind === "CustomResourceDefinition") + 1;
    const definitionsPart = objects.slice(0, split);
    if (definitionsPart.length > 0) {
        const outcome = await cluster.kubectl.apply(definitionsPart);
        if (outcome.code !== 0) {
            return outcome;
        }
        const names = definitionsPart.filter(({ kind }) => kind === "CustomResourceDefinition");
        await cluster.kubectl.run([
            ...["wait", "--for=condition=Established", "--timeout=60s"],
            ...names.map(({ metadata }) => `crd/${metadata.name}`),
        ]);
    }
    return cluster.kubectl.apply(objects.slice(split));
}

/**
 * The objects that work without running pods: on fake nodes nobody answers webhooks, so that the second apply of whatever they
 * judge would be refused. Their own acceptance is tested by a dry run.
 */
export function withoutWebhooks(objects: readonly KubernetesObject[]): KubernetesObject[] {
    return objects.filter(({ kind }) => !kind.endsWith("WebhookConfiguration"));
}

/** Volumes for the claims of stateful sets, which on a real cluster a storage class would bring. */
export async function addVolumes(cluster: Cluster, count: number): Promise<void> {
    const volumes = Array.from({ length: count }, (_, index) => ({
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: `volume-${index + 1}` },
        spec: {
            accessModes: ["ReadWriteOnce"],
            capacity: { storage: "20Gi" },
            hostPath: { path: `/var/lib/volumes/${index + 1}`, type: "DirectoryOrCreate" },
        },
    }));
    await cluster.kubectl.run(["replace", "--force", "-f", "-"], {
        input: JSON.stringify({ apiVersion: "v1", kind: "List", items: volumes }),
    });
}

/** Waits until the pods of a workload are there and ready; if not, says what the cluster has to say about them. */
export async function rolledOut(cluster: Cluster, workload: KubernetesObject, seconds: number): Promise<void> {
    const namespace = workload.metadata.namespace ?? "default";
    const target = `${workload.kind.toLowerCase()}/${workload.metadata.name}`;
    const outcome = await cluster.kubectl.try(["rollout", "status", "-n", namespace, target, `--timeout=${seconds}s`], {
        timeoutSeconds: seconds + 30,
    });
    if (outcome.code !== 0) {
        const events = await cluster.kubectl.run(["get", "events", "-n", namespace, "--sort-by=.lastTimestamp"]);
        throw new Error(`${describeObject(workload)}: ${outcome.stderr.trim()}\n${lastLines(events)}`);
    }
}

/** What holds other objects and goes last. */
const FOUNDATIONS = new Set(["CustomResourceDefinition", "Namespace"]);
const WITH_PODS = new Set(["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"]);

/**
 * Removes objects in the reverse order of their application, and waits until they are gone. Workloads go first, with their
 * pods: a namespace that still finds pods waits for half of their grace period before it looks again.
 */
export async function removeInOrder(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<void> {
    const reverse = [...objects].reverse();
    const isFoundation = ({ kind }: KubernetesObject): boolean => FOUNDATIONS.has(kind);
    const workloads = reverse.filter(({ kind }) => WITH_PODS.has(kind));
    const others = reverse.filter((object) => !WITH_PODS.has(object.kind) && !isFoundation(object));
    await remove(cluster, workloads, ["--wait=true", "--cascade=foreground"]);
    // Custom resources must go while their definition is there.
    await remove(cluster, others.filter(isCustom), ["--wait=true"]);
    await remove(
        cluster,
        others.filter((object) => !isCustom(object)),
        ["--wait=false"],
    );
    await remove(cluster, reverse.filter(isFoundation), ["--wait=true"]);
}

/** Groups of Kubernetes itself have no dot, or end in k8s.io. */
function isCustom({ apiVersion }: KubernetesObject): boolean {
    const group = apiVersion.split("/").at(-2) ?? "";
    return group.includes(".") && !group.endsWith(".k8s.io");
}

async function remove(cluster: Cluster, items: readonly KubernetesObject[], how: readonly string[]): Promise<void> {
    if (items.length > 0) {
        await cluster.kubectl.run(["delete", "--ignore-not-found", "--timeout=90s", ...how, "-f", "-"], {
            input: JSON.stringify({ apiVersion: "v1", kind: "List", items }),
        });
    }
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
        await cluster.kubectl.run(["apply", "--server-side", "-f", "-"], {
            input: JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name } }),
        });
    }
    const served = new Set(
        (await cluster.kubectl.run(["api-resources", "--no-headers"]))
            .split("\n")
            .map((line) => line.trim().split(/\s+/))
            .map((columns) => `${columns.at(-3) ?? ""} ${columns.at(-1) ?? ""}`),
    );
    const brought = new Set(objects.flatMap((object) => kindsDefinedBy(object)));
    const needed = objects.filter(
        ({ apiVersion, kind }) => !served.has(`${apiVersion} ${kind}`) && !brought.has(`${apiVersion} ${kind}`),
    );
    if (needed.length === 0) {
        return { unavailable: [] };
    }
    const known = new Map<string, string>();
    for (const text of (await definitions()).values()) {
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
