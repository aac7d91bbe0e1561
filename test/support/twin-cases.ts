import { isObj, list, obj } from "../../policies/kubernetes/kube";
import { carriesPod, podOf } from "../../policies/kubernetes/pods";
import { serviceAccountName } from "../../policies/kubernetes/service-accounts";
import { IMAGE } from "./cases";
import { stackOf, type Manifest } from "./controls";

type Complete = (spec: Manifest, whole: Manifest) => Manifest;

const LABELS = { app: "web" };

/** What the API server demands of a spec beside what a table's case is about, by kind. */
const SPECS: Readonly<Record<string, Complete>> = {
    Pod: pod,
    Service: (spec) => ({
        ports: [{ port: 80 }],
        ...(spec["type"] === "ExternalName" && { externalName: "web.example.org" }),
        ...spec,
        ...(list(spec["ports"]).length > 1 && {
            ports: list(spec["ports"]).map((port, index) => ({ name: `port-${index}`, ...obj(port) })),
        }),
    }),
    Ingress: (spec) => ({
        ...(spec["defaultBackend"] === undefined && { rules: [{ host: "web.example.org" }] }),
        ...spec,
    }),
    PersistentVolume: (spec) => ({ accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" }, ...spec }),
    PersistentVolumeClaim: (spec) => ({
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Gi" } },
        ...spec,
    }),
    ReplicationController: workload,
    Deployment: workload,
    DaemonSet: workload,
    StatefulSet: workload,
    ReplicaSet: workload,
    Job: (spec) => ({ ...spec, template: template(spec["template"], { restartPolicy: "Never" }) }),
    CronJob: (spec) => {
        const job = obj(spec["jobTemplate"]);
        const inner = obj(job["spec"]);
        return {
            schedule: "0 3 * * *",
            ...spec,
            jobTemplate: {
                ...job,
                spec: { ...inner, template: template(inner["template"], { restartPolicy: "Never" }) },
            },
        };
    },
};

/** The same for what stands outside a spec. */
const WHOLES: Readonly<Record<string, (manifest: Manifest) => Manifest>> = {
    Secret: (manifest) =>
        manifest["type"] === "kubernetes.io/service-account-token"
            ? {
                  ...manifest,
                  metadata: {
                      ...obj(manifest["metadata"]),
                      annotations: { "kubernetes.io/service-account.name": "default" },
                  },
              }
            : manifest,
    ValidatingWebhookConfiguration: webhooks,
    MutatingWebhookConfiguration: webhooks,
};

/** A manifest with what the API server demands of its kind, where the case leaves it out. */
export function valid(manifest: Manifest): Manifest {
    const kind = String(manifest["kind"]);
    const complete = SPECS[kind];
    const spec = manifest["spec"];
    const filled = complete === undefined || !isObj(spec) ? manifest : { ...manifest, spec: complete(spec, manifest) };
    return WHOLES[kind]?.(filled) ?? filled;
}

function workload(spec: Manifest, whole: Manifest): Manifest {
    const filled = template(spec["template"]);
    const labels = obj(obj(filled["metadata"])["labels"]);
    const selector = whole["kind"] === "ReplicationController" ? labels : { matchLabels: labels };
    return { ...spec, selector, template: filled };
}

function template(value: unknown, more: Manifest = {}): Manifest {
    const { metadata, spec } = obj(value);
    const labels = { ...LABELS, ...obj(obj(metadata)["labels"]) };
    return { metadata: { ...obj(metadata), labels }, spec: pod({ ...more, ...obj(spec) }) };
}

function pod(spec: Manifest): Manifest {
    const text = JSON.stringify(spec);
    return {
        containers: [{ name: "web", image: IMAGE }],
        ...spec,
        // Both are refused without: the node's network for a HostProcess container, a user namespace for an open /proc.
        ...(text.includes('"hostProcess":true') && { hostNetwork: true }),
        ...(text.includes('"procMount":"Unmasked"') && { hostUsers: false }),
        ...(spec["hostAliases"] !== undefined && {
            hostAliases: list(spec["hostAliases"]).map((alias) => ({ ip: "10.0.0.1", ...obj(alias) })),
        }),
    };
}

function webhooks(manifest: Manifest): Manifest {
    return {
        ...manifest,
        webhooks: list(manifest["webhooks"]).map((webhook) => ({
            sideEffects: "None",
            admissionReviewVersions: ["v1"],
            clientConfig: { url: "https://hooks.example.org" },
            ...obj(webhook),
            rules: list(obj(webhook)["rules"]).map((rule) => ({
                apiGroups: [""],
                apiVersions: ["v1"],
                operations: ["CREATE"],
                resources: ["pods"],
                ...obj(rule),
            })),
        })),
    };
}

/** The service accounts that the pods of some manifests run as: without them the API server takes no such pod. */
export function accountsOf(manifests: readonly Manifest[]): readonly string[] {
    const names = manifests
        .flatMap((manifest) => stackOf(manifest).objects)
        .filter(carriesPod)
        .flatMap((object) => podOf(object) ?? [])
        .map(serviceAccountName);
    return [...new Set(names)].filter((name) => name !== "default");
}
