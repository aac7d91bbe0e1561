import { READ_AT_START_ANNOTATION } from "../../../policies/kubernetes/foundation";
import type { Body } from "../../../policies/kubernetes/kube";
import { list, obj, str } from "../../../policies/kubernetes/kube";
import { ApiError } from "../../sources/cluster/client";
import type { Check, Verdict } from "../check";
import { failed, proved, unknown } from "../check";
import type { Workload } from "../expected";
import { containersOf, nameOf, selects } from "../expected";
import type { Live } from "../live";

/**
 * Secrets that a program reads at its start only: as variables, which no running process ever gets anew, or as files of
 * which the workload says so. A change of such a Secret is in the cluster, and not in the process.
 */
export const rotatedSecretsArrived: Check = {
    name: "rotated-secrets-arrived",
    title: "No process holds an older value of a Secret than the cluster does",
    covers: ["SEC-4", "PQC-5"],
    remedy: "Restart the workload: kubectl rollout restart. A Reloader in the cluster does so by itself; the workloads name it their Secrets.",
    async run(expected, live) {
        const readers = expected
            .workloads()
            .map((workload) => ({ workload, secrets: readAtStart(workload) }))
            .filter(({ secrets }) => secrets.length > 0);
        if (readers.length === 0) {
            return [proved(`stack ${expected.stack}`, "no program reads a Secret at its start only")];
        }
        const namespaces = [...new Set(readers.map(({ workload }) => workload.namespace))];
        const changes = new Map<string, Changes | undefined>();
        for (const namespace of namespaces) {
            changes.set(namespace, await changesIn(namespace, live));
        }
        const verdicts: Verdict[] = [];
        for (const { workload, secrets } of readers) {
            verdicts.push(...(await judge(workload, secrets, changes.get(workload.namespace), live)));
        }
        return verdicts;
    },
};

/** When each Secret of a namespace last got another content; undefined for one that doesn't say. */
type Changes = ReadonlyMap<string, Date | undefined>;

async function changesIn(namespace: string, live: Live): Promise<Changes | undefined> {
    try {
        const secrets = await live.objects("/api/v1", "secrets", namespace);
        return new Map(secrets.map((secret) => [nameOf(secret), changed(secret)]));
    } catch (error) {
        if (error instanceof ApiError && error.status === 403) {
            return undefined;
        }
        throw error;
    }
}

/**
 * The API server notes when the owner of fields last changed any of them, and leaves the note alone where an update changes
 * nothing (Kubernetes documentation, "Server-Side Apply", field management).
 */
function changed(secret: Body): Date | undefined {
    const times = list(obj(secret["metadata"])["managedFields"])
        .map(obj)
        .filter((entry) => "f:data" in obj(entry["fieldsV1"]))
        .map((entry) => new Date(str(entry["time"])))
        .filter((time) => !Number.isNaN(time.getTime()));
    return times.sort((a, b) => b.getTime() - a.getTime())[0];
}

/** A Secret that a program reads at its start. */
interface Read {
    readonly name: string;
    /** The program starts without it too. */
    readonly optional: boolean;
}

/** The Secrets that a workload's program reads at its start only; one is optional where nothing asks for it. */
function readAtStart({ object, template }: Workload): readonly Read[] {
    const sources = containersOf(obj(template["spec"])).flatMap((container) => [
        ...list(container["env"]).map((variable) => obj(obj(obj(variable)["valueFrom"])["secretKeyRef"])),
        ...list(container["envFrom"]).map((source) => obj(obj(source)["secretRef"])),
    ]);
    const stated = str(obj(obj(object["metadata"])["annotations"])[READ_AT_START_ANNOTATION]).split(",");
    const read = [
        ...sources.map((source) => ({ name: str(source["name"]), optional: source["optional"] === true })),
        ...stated.map((name) => ({ name, optional: false })),
    ].filter(({ name }) => name !== "");
    return [...Map.groupBy(read, ({ name }) => name)]
        .map(([name, ways]) => ({ name, optional: ways.every(({ optional }) => optional) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function judge(
    workload: Workload,
    secrets: readonly Read[],
    changes: Changes | undefined,
    live: Live,
): Promise<readonly Verdict[]> {
    const { kind, namespace, name, selector } = workload;
    const subject = `${kind} ${namespace}/${name}`;
    if (changes === undefined) {
        return [unknown(subject, `the Secrets of ${namespace} can't be read`)];
    }
    const pods = (await live.objects("/api/v1", "pods", namespace)).filter((pod) => selects(selector, pod));
    const started = pods.flatMap(startOf);
    const first = started.sort((a, b) => a.getTime() - b.getTime())[0];
    if (first === undefined) {
        return [unknown(subject, "has no running pod")];
    }
    return secrets.map(({ name: secret, optional }) => {
        if (!changes.has(secret)) {
            return optional
                ? proved(subject, `the Secret ${secret} is not there, and optional`)
                : failed(subject, `reads the Secret ${secret}, which is not there`);
        }
        const time = changes.get(secret);
        if (time === undefined) {
            return unknown(subject, `the Secret ${secret} doesn't say when it was changed`);
        }
        return time > first
            ? failed(
                  subject,
                  `the Secret ${secret} was changed at ${time.toISOString()}, and a process has run since ${first.toISOString()}: it goes by the old one`,
              )
            : proved(subject, `every process has started since the Secret ${secret} was changed`);
    });
}

/** When the running containers of a pod started, which may be later than the pod; sidecars are among the init containers. */
function startOf(pod: Body): readonly Date[] {
    const status = obj(pod["status"]);
    return [...list(status["initContainerStatuses"]), ...list(status["containerStatuses"])]
        .map((container) => str(obj(obj(obj(container)["state"])["running"])["startedAt"]))
        .filter((time) => time !== "")
        .map((time) => new Date(time));
}
