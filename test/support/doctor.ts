import assert from "node:assert/strict";

import { countsOf, examine } from "../../hardening/doctor";
import type { Asked, Patient } from "../../hardening/doctor/question";
import { ApiError } from "../../hardening/sources/cluster/client";
import type { Body } from "../../policies/kubernetes/kube";

export const UID = "0b4c7a54-6f0e-4f5c-9d0b-1f0a5d6f7a10";
export const SLICES =
    "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name%3Dkubernetes";
export const DNS = "/api/v1/namespaces/kube-system/pods?limit=1&labelSelector=k8s-app%3Dkube-dns";

/** A node of Linux, as far as a test does not say otherwise. */
export const node = (name: string, info: object, rest: object = {}): Body => ({
    metadata: { name },
    status: { nodeInfo: { operatingSystem: "linux", kernelVersion: "6.12.1", kubeletVersion: "v1.36.1", ...info } },
    ...rest,
});

/** A DaemonSet, and on how many nodes it runs. */
export const daemon = (name: string, ready = 2, wanted = 2): Body => ({
    metadata: { name },
    status: { desiredNumberScheduled: wanted, numberReady: ready },
});

const resource = (name: string, kind: string, namespaced = false) => ({ name, kind, namespaced });

/** A cluster that has everything, of which a test takes something away. */
export class FakeAsked implements Asked {
    public answers: Record<string, Body | ApiError | undefined> = {
        "/version": { gitVersion: "v1.36.1" },
        "/api/v1/namespaces/kube-system": { metadata: { name: "kube-system", uid: UID } },
        "/api/v1/namespaces/monitoring": { metadata: { name: "monitoring" } },
        [SLICES]: { items: [{ endpoints: [{ addresses: ["10.0.0.3"] }], ports: [{ port: 6443 }] }] },
        [DNS]: { items: [{}] },
        "/api/v1": { resources: [resource("namespaces", "Namespace"), resource("pods/log", "Pod", true)] },
        "/apis/monitoring.coreos.com/v1": { resources: [resource("prometheusrules", "PrometheusRule", true)] },
        "/apis/apps/v1": { resources: [resource("statefulsets", "StatefulSet", true)] },
        "/apis/apiextensions.k8s.io/v1": {
            resources: [resource("customresourcedefinitions", "CustomResourceDefinition")],
        },
    };
    public lists: Record<string, readonly Body[] | ApiError> = {
        nodes: [node("a", {}), node("b", {})],
        daemonsets: [daemon("calico-node")],
        storageclasses: [
            {
                metadata: { name: "fast", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
            },
        ],
    };
    public metrics = 'pod_security_evaluations_total{decision="allow"} 3';
    public refused: readonly string[] = [];

    public async get(path: string): Promise<Body | undefined> {
        const answer = this.answers[path];
        return answer instanceof ApiError ? Promise.reject(answer) : Promise.resolve(answer);
    }

    public async objects(_base: string, plural: string): Promise<readonly Body[]> {
        const found = this.lists[plural];
        return found === undefined || found instanceof ApiError
            ? Promise.reject(found ?? new ApiError(`${plural} is forbidden`, 403))
            : Promise.resolve(found);
    }

    public async text(): Promise<string> {
        return this.metrics === ""
            ? Promise.reject(new ApiError("forbidden: /metrics", 403))
            : Promise.resolve(this.metrics);
    }

    public async may(verb: string, group: string, plural: string): Promise<boolean> {
        return Promise.resolve(!this.refused.includes(`${verb} ${group}/${plural}`));
    }
}

const OBJECTS: readonly Body[] = [
    {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "spire", annotations: { "x0tta6bl4.io/stack": "acme/live" } },
    },
    {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "entries.spire.example" },
        spec: {
            group: "spire.example",
            names: { kind: "Entry", plural: "entries" },
            scope: "Cluster",
            versions: [{ name: "v1" }],
        },
    },
    { apiVersion: "spire.example/v1", kind: "Entry", metadata: { name: "shop" } },
    {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: { name: "rules", namespace: "monitoring" },
    },
    {
        apiVersion: "apps/v1",
        kind: "StatefulSet",
        metadata: { name: "server", namespace: "spire" },
        spec: { volumeClaimTemplates: [{ spec: {} }] },
    },
];

/** A stack that fits the cluster, with some of its settings changed. */
export function patient(cluster: Body = {}): Patient {
    const apiServer = { cidrs: ["10.0.0.0/28"], ports: [6443] };
    const set = { identity: UID, platform: "generic", apiServer, ...cluster };
    return { project: "acme", objects: OBJECTS, cluster: set };
}

/** What is not ok, as `status question: subject found`; with what all come to. */
export async function told(stack: Patient | undefined, change: (fake: FakeAsked) => void = () => undefined) {
    const fake = new FakeAsked();
    change(fake);
    const diagnoses = await examine(fake, stack);
    const open = diagnoses.flatMap(({ question, answers }) =>
        answers
            .filter(({ status }) => status !== "ok")
            .map(({ status, subject, found }) => `${status} ${question.name}: ${subject} ${found}`),
    );
    return { open, counts: countsOf(diagnoses) };
}

/** Has the API server answer a path with something else. */
export const answering = (path: string, answer: Body | ApiError | undefined) => (fake: FakeAsked) => {
    fake.answers[path] = answer;
};

/** Has the API server list something else of a kind. */
export const listing = (plural: string, items: readonly Body[] | ApiError) => (fake: FakeAsked) => {
    fake.lists[plural] = items;
};

export const DENIED = new ApiError("you may not", 403);

/** A test's title, what it changes in the cluster, what is not ok then, and settings of the stack. */
export type DoctorCase = readonly [string, (fake: FakeAsked) => void, readonly string[], Body?];

/** Declares a test for each case. */
export function tells(cases: readonly DoctorCase[]): void {
    for (const [title, change, expected, cluster] of cases) {
        it(`tells of ${title}`, async () => {
            const { open } = await told(patient(cluster), change);
            assert.deepEqual(
                open.filter((line) => !line.startsWith("unknown platform-set:")),
                expected,
            );
        });
    }
}
