import type { KubernetesApi, KubernetesObject, OwnerReference } from "../kubernetes/objects.js";
import { controllerOf, isReady, KINDS, selectorText, selects } from "../kubernetes/objects.js";
import type { KindName } from "../kubernetes/objects.js";
import type { Claim, Exposure, Subject, Target, WorkloadRef } from "../model.js";
import type { Facts } from "../plan/guards.js";

/** Longest chain of owners that is followed: CronJob, Job, Pod is three. */
const MAX_OWNERS = 5;

/** Looks up what events claim, and what the guard rails need to know. Reads only. */
export class Resolver {
    constructor(
        private readonly api: Pick<KubernetesApi, "get" | "list" | "listMetadata">,
        private readonly trustDomain: string,
    ) {}

    /**
     * Pod, controller, service account, SPIFFE ID, node and exposure of what an event claims. Never rejects: what can't be looked up
     * is said in `unresolved`, and no guard rail lets anything be done to it.
     */
    async subject(claim: Claim): Promise<Subject> {
        const { namespace, pod: name, node, spiffeId } = claim;
        if (namespace === undefined || name === undefined) {
            return {
                ...(namespace !== undefined && { namespace }),
                ...(node !== undefined && { node }),
                ...(spiffeId !== undefined && { spiffeId }),
                unresolved: ["the event names no pod"],
            };
        }
        const claimed = { namespace, pod: name, ...(node !== undefined && { node }) };
        let pod: KubernetesObject | undefined;
        try {
            pod = await this.api.get({ kind: "Pod", namespace, name });
        } catch (error) {
            return { ...claimed, unresolved: [`pod ${namespace}/${name} could not be read: ${message(error)}`] };
        }
        return pod === undefined
            ? { ...claimed, unresolved: [`pod ${namespace}/${name} is not there any more`] }
            : this.ofPod(pod, namespace, name);
    }

    private async ofPod(pod: KubernetesObject, namespace: string, name: string): Promise<Subject> {
        const unresolved: string[] = [];
        const known = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T | undefined> => {
            try {
                return await look();
            } catch (error) {
                unresolved.push(`${what} could not be worked out: ${message(error)}`);
                return undefined;
            }
        };
        const serviceAccount = textOf(pod.spec?.["serviceAccountName"]) ?? "default";
        const node = textOf(pod.spec?.["nodeName"]);
        const [workload, exposure, spiffeId] = await Promise.all([
            known("its workload", () => this.workload(pod, namespace)),
            known("its exposure", () => this.exposure(pod, namespace)),
            known("its SPIFFE ID", () => this.spiffeId(pod, namespace, name, serviceAccount)),
        ]);
        return {
            namespace,
            pod: name,
            ...(pod.metadata.uid !== undefined && { uid: pod.metadata.uid }),
            ...(node !== undefined && { node }),
            ...(workload !== undefined && { workload }),
            serviceAccount,
            ...(spiffeId !== undefined && { spiffeId }),
            ...(exposure !== undefined && { exposure }),
            unresolved,
        };
    }

    /** The top of the chain of controllers; undefined for a pod that nobody manages. */
    private async workload(pod: KubernetesObject, namespace: string): Promise<WorkloadRef | undefined> {
        let owner: OwnerReference | undefined = controllerOf(pod);
        let found: WorkloadRef | undefined;
        for (let depth = 0; owner !== undefined && depth < MAX_OWNERS; depth++) {
            found = { kind: owner.kind, namespace, name: owner.name };
            const kind: KindName | undefined = knownKind(owner);
            if (kind === undefined) {
                // A custom controller: its name is known, and what owns it in turn isn't asked for.
                return found;
            }
            const object: KubernetesObject | undefined = await this.api.get({ kind, namespace, name: owner.name });
            owner = object && controllerOf(object);
        }
        return found;
    }

    private async exposure(pod: KubernetesObject, namespace: string): Promise<Exposure> {
        if (pod.spec?.["hostNetwork"] === true) {
            return "external";
        }
        const services = (await this.api.list("Service", { namespace })).filter(
            ({ spec }) =>
                Object.keys(spec?.["selector"] ?? {}).length > 0 &&
                selects({ matchLabels: spec?.["selector"] }, pod.metadata.labels),
        );
        if (services.length === 0) {
            return "none";
        }
        if (services.some(({ spec }) => spec?.["type"] === "LoadBalancer" || spec?.["type"] === "NodePort")) {
            return "external";
        }
        const names = new Set(services.map(({ metadata }) => metadata.name));
        const ingresses = JSON.stringify((await this.api.list("Ingress", { namespace })).map(({ spec }) => spec));
        return [...names].some((service) => ingresses.includes(`"name":${JSON.stringify(service)}`))
            ? "external"
            : "cluster";
    }

    /** By the ClusterSPIFFEIDs that select the pod; templates beyond namespace, pod and service account are said to be unknown. */
    private async spiffeId(
        pod: KubernetesObject,
        namespace: string,
        name: string,
        serviceAccount: string,
    ): Promise<string | undefined> {
        const registrations = (await this.api.list("ClusterSPIFFEID")).filter(({ spec }) =>
            selects(spec?.["podSelector"], pod.metadata.labels),
        );
        if (registrations.length === 0) {
            return undefined;
        }
        const labels = (await this.api.get({ kind: "Namespace", name: namespace }))?.metadata.labels;
        const templates = registrations
            .filter(({ spec }) => selects(spec?.["namespaceSelector"], labels))
            .map(({ spec }) => textOf(spec?.["spiffeIDTemplate"]) ?? "");
        const ids = templates.map((template) =>
            template
                .replace(/\{\{\s*\.TrustDomain\s*\}\}/g, this.trustDomain)
                .replace(/\{\{\s*\.PodMeta\.Namespace\s*\}\}/g, namespace)
                .replace(/\{\{\s*\.PodMeta\.Name\s*\}\}/g, name)
                .replace(/\{\{\s*\.PodSpec\.ServiceAccountName\s*\}\}/g, serviceAccount),
        );
        const distinct = [...new Set(ids)];
        const [id] = distinct;
        if (id !== undefined && (distinct.length > 1 || id.includes("{{"))) {
            throw new Error(
                distinct.length > 1 ? `${distinct.length} registrations select it` : `its template is ${id}`,
            );
        }
        return id;
    }

    /**
     * What the guard rails need to know of targets, as they are now; targets of one workload ask for it once.
     *
     * @throws {ApiError} when it can't be read: then nothing is done
     */
    async facts(targets: readonly Target[]): Promise<readonly Facts[]> {
        // The status of a node names every image it holds: the names of all nodes and the few that are out are enough.
        const [nodes, cordoned] = await Promise.all([
            this.api.listMetadata("Node"),
            this.api.list("Node", { fields: "spec.unschedulable=true" }),
        ]);
        const out = cordoned.map(({ metadata }) => metadata.name);
        const asked = new Map<string, ReturnType<Resolver["replicas"]>>();
        return Promise.all(
            targets.map(async ({ workload, uid }) => {
                const key = JSON.stringify(workload);
                const looked = asked.get(key) ?? (workload && this.replicas(workload));
                if (looked !== undefined) {
                    asked.set(key, looked);
                }
                const replicas = await looked;
                return {
                    ...(replicas !== undefined && {
                        replicas: { desired: replicas.desired, ready: replicas.ready.length },
                    }),
                    targetReady: replicas?.ready.some(({ metadata }) => metadata.uid === uid) ?? false,
                    nodes: { total: nodes.items.length, out },
                };
            }),
        );
    }

    /** The pods that a workload counts, by its own selector. */
    private async replicas(
        workload: WorkloadRef,
    ): Promise<{ desired: number; ready: readonly KubernetesObject[] } | undefined> {
        const kind = knownKind(workload);
        if (kind === undefined || kind === "CronJob") {
            return undefined;
        }
        const { namespace, name } = workload;
        const object = await this.api.get({ kind, namespace, name });
        const selector = object?.spec?.["selector"];
        if (object === undefined || selector === undefined) {
            return undefined;
        }
        const pods = (await this.api.list("Pod", { namespace, labels: selectorText(selector) })).filter(
            ({ metadata }) => selects(selector, metadata.labels),
        );
        return { desired: desiredOf(object), ready: pods.filter(isReady) };
    }
}

/** Replicas that a controller is after. */
function desiredOf({ kind, spec, status }: KubernetesObject): number {
    const wanted =
        kind === "DaemonSet" ? status?.["desiredNumberScheduled"] : (spec?.["replicas"] ?? spec?.["parallelism"] ?? 1);
    return typeof wanted === "number" ? wanted : 0;
}

function knownKind({ kind }: { readonly kind: string }): KindName | undefined {
    return kind in KINDS ? (kind as KindName) : undefined;
}

function textOf(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}

function message(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
