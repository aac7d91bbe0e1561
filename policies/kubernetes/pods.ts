import type { Body, KubeObject } from "./kube";
import { isObj, list, obj, str } from "./kube";

/** Where in a pod a container stands. A sidecar is an init container that keeps running (`restartPolicy: Always`). */
export type ContainerRole = "init" | "sidecar" | "main" | "ephemeral";

/** A container with its full path in the object that carries the pod. */
export interface ContainerView {
    readonly name: string;
    readonly role: ContainerRole;
    /** E.g. `spec.template.spec.initContainers[0]`. */
    readonly path: string;
    readonly body: Body;
    readonly securityContext: Body;
}

/** A pod, wherever it is written: a Pod, a workload's template, or a PodTemplate. */
export interface PodView {
    readonly object: KubeObject;
    /** Path of the pod's spec, e.g. `spec.template.spec`. */
    readonly path: string;
    readonly spec: Body;
    readonly securityContext: Body;
    /** Path of the pod's own metadata, e.g. `spec.template.metadata`. */
    readonly metadataPath: string;
    readonly labels: Body;
    readonly annotations: Body;
    /** All of them, in the order of the manifest: init, main, ephemeral. */
    readonly containers: readonly ContainerView[];
    /** `spec.os.name: windows`: Linux-only fields do not apply. */
    readonly windows: boolean;
    /** `spec.hostUsers: false`: the pod runs in a user namespace of its own. */
    readonly userNamespace: boolean;
}

const TEMPLATE: readonly string[] = ["spec", "template"];

/** Where each pod-carrying kind keeps its pod, relative to the object, by group and kind. */
const POD_PATHS: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> = new Map(
    Object.entries({
        "": { Pod: [], PodTemplate: ["template"], ReplicationController: TEMPLATE },
        apps: { Deployment: TEMPLATE, DaemonSet: TEMPLATE, StatefulSet: TEMPLATE, ReplicaSet: TEMPLATE },
        extensions: { Deployment: TEMPLATE, DaemonSet: TEMPLATE, ReplicaSet: TEMPLATE },
        batch: { Job: TEMPLATE, CronJob: ["spec", "jobTemplate", ...TEMPLATE] },
        // Widely used stand-ins for a Deployment, with the pod at the same place.
        "apps.openshift.io": { DeploymentConfig: TEMPLATE },
        "argoproj.io": { Rollout: TEMPLATE },
    }).map(([group, paths]) => [group, new Map<string, readonly string[]>(Object.entries(paths))] as const),
);

/** Says whether objects of this kind carry a pod. */
export function carriesPod(object: KubeObject): boolean {
    return POD_PATHS.get(object.group)?.has(object.kind) === true;
}

const views = new WeakMap<KubeObject, PodView>();

/** The pod an object carries, or undefined where its kind carries none. Throws where the pod is unknown in preview. */
export function podOf(object: KubeObject): PodView | undefined {
    const steps = POD_PATHS.get(object.group)?.get(object.kind);
    if (steps === undefined) {
        return undefined;
    }
    let view = views.get(object);
    if (view === undefined) {
        view = buildView(object, steps);
        views.set(object, view);
    }
    return view;
}

function buildView(object: KubeObject, steps: readonly string[]): PodView {
    const template = steps.reduce<Body>((body, step) => obj(body[step]), object.body);
    const base = object.prefix + steps.map((step) => `${step}.`).join("");
    const spec = obj(template["spec"]);
    const metadata = obj(template["metadata"]);
    const path = `${base}spec`;
    return {
        object,
        path,
        spec,
        securityContext: obj(spec["securityContext"]),
        metadataPath: `${base}metadata`,
        labels: obj(metadata["labels"]),
        annotations: obj(metadata["annotations"]),
        containers: [
            ...containersOf(spec, path, "initContainers", (body) =>
                body["restartPolicy"] === "Always" ? "sidecar" : "init",
            ),
            ...containersOf(spec, path, "containers", () => "main"),
            ...containersOf(spec, path, "ephemeralContainers", () => "ephemeral"),
        ],
        windows: str(obj(spec["os"])["name"]) === "windows",
        userNamespace: spec["hostUsers"] === false,
    };
}

function containersOf(
    spec: Body,
    path: string,
    field: string,
    roleOf: (body: Body) => ContainerRole,
): readonly ContainerView[] {
    return list(spec[field]).flatMap((body, index) =>
        isObj(body)
            ? [
                  {
                      name: str(body["name"]) || `#${index}`,
                      role: roleOf(body),
                      path: `${path}.${field}[${index}]`,
                      body,
                      securityContext: obj(body["securityContext"]),
                  },
              ]
            : [],
    );
}
