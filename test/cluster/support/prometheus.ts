import assert from "node:assert/strict";

import { findBinary } from "../../support/binary";
import type { Cluster } from "../harness/cluster";
import { NODE_NAME } from "../harness/control-plane";
import { importImage, programWithLibraries, type ImageSpec } from "../harness/images";
import type { KubernetesObject } from "../harness/kubectl";
import type { Node } from "../harness/node";
import type { Pod } from "./canary";
import { apply, remove } from "./objects";
import { until } from "./until";

/** Prometheus' program, if there is one on PATH (Debian's package `prometheus`). */
export const prometheus = findBinary("prometheus");

const NAMESPACE = "monitoring";
/** As its operator calls the Service, and the stack's flows its pods. */
const NAME = "prometheus-operated";
const LABELS = { "app.kubernetes.io/name": "prometheus" };
const PORT = 9090;
const IMAGE = "localhost/prometheus:1";

/** The pod that scrapes others and has loaded the stack's alerts. */
export interface Prometheus {
    /** Names of the pods that were scraped well since a moment, in milliseconds since the epoch. */
    scrapedSince(moment: number): Promise<readonly string[]>;
    /** Labels of every alert that fires. */
    firing(): Promise<readonly Readonly<Record<string, string>>[]>;
    stop(): Promise<void>;
}

/**
 * Runs Prometheus in a pod where the stack expects it, so that its network policies hold for it too: with the stack's alert
 * rules, and with what its operator would make of the monitors, which is to scrape the pods given, on the probe's port unless
 * said otherwise.
 */
export async function startPrometheus(
    cluster: Cluster,
    node: Node,
    stack: readonly KubernetesObject[],
    pods: readonly Pod[],
    port = 8080,
): Promise<Prometheus> {
    assert.ok(prometheus !== undefined);
    await importImage(node, await image(prometheus));
    const objects = prometheusObjects(stack, pods, port);
    for (const object of objects) {
        const { accepted, message } = await apply(cluster, object);
        assert.ok(accepted, message);
    }
    const ask = async (path: string): Promise<{ status: number; text: string }> =>
        cluster.request("GET", `/api/v1/namespaces/${NAMESPACE}/services/${NAME}:${PORT}/proxy${path}`);
    await until("Prometheus is ready", async () => {
        const { status, text } = await ask("/-/ready");
        return status === 200 || text;
    });
    const dataOf = async <Data>(path: string): Promise<Data> => {
        const { status, text } = await ask(path);
        assert.equal(status, 200, text);
        return (JSON.parse(text) as { data: Data }).data;
    };
    return {
        scrapedSince: async (moment) => {
            const query = `/api/v1/query?query=${encodeURIComponent("timestamp(up == 1)")}`;
            const { result } = await dataOf<{ result: { metric: { pod: string }; value: [number, string] }[] }>(query);
            return result
                .filter(({ value: [, timestamp] }) => Number(timestamp) * 1000 > moment)
                .map(({ metric }) => metric.pod)
                .sort();
        },
        firing: async () => {
            const { alerts } = await dataOf<{ alerts: { state: string; labels: Record<string, string> }[] }>(
                "/api/v1/alerts",
            );
            return alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels);
        },
        stop: async () => remove(cluster, [...objects].reverse()),
    };
}

async function image(program: string): Promise<ImageSpec> {
    return {
        tag: IMAGE,
        files: await programWithLibraries(program, "/prometheus"),
        entrypoint: ["/prometheus", "--config.file=/etc/prometheus/prometheus.yaml", "--storage.tsdb.path=/data"],
        user: "65534:65534",
    };
}

function prometheusObjects(
    stack: readonly KubernetesObject[],
    pods: readonly Pod[],
    port: number,
): readonly KubernetesObject[] {
    const rules = stack.filter(({ kind }) => kind === "PrometheusRule");
    assert.ok(rules.length > 0);
    // Everything is JSON, which is YAML too.
    const configuration = {
        global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "5s" },
        rule_files: ["/etc/prometheus/*.rules.yaml"],
        scrape_configs: [
            {
                job_name: "stack",
                static_configs: pods.map(({ metadata: { name, namespace }, spec, status: { podIP } }) => ({
                    targets: [`${podIP}:${port}`],
                    labels: { namespace, pod: name, node: spec.nodeName },
                })),
            },
        ],
    };
    const files = Object.fromEntries([
        ["prometheus.yaml", JSON.stringify(configuration)],
        ...rules.map(({ metadata: { name }, spec }) => [`${name}.rules.yaml`, JSON.stringify(spec)] as const),
    ]);
    const named = (name: string): KubernetesObject["metadata"] => ({ name, namespace: NAMESPACE });
    return [
        { apiVersion: "v1", kind: "ConfigMap", metadata: named("prometheus"), data: files },
        {
            apiVersion: "v1",
            kind: "Service",
            metadata: named(NAME),
            spec: { selector: LABELS, ports: [{ port: PORT }] },
        },
        {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { ...named("prometheus"), labels: LABELS },
            spec: {
                nodeSelector: { "kubernetes.io/hostname": NODE_NAME },
                automountServiceAccountToken: false,
                terminationGracePeriodSeconds: 0,
                containers: [
                    {
                        name: "prometheus",
                        image: IMAGE,
                        imagePullPolicy: "IfNotPresent",
                        ports: [{ containerPort: PORT }],
                        readinessProbe: { httpGet: { path: "/-/ready", port: PORT }, periodSeconds: 1 },
                        volumeMounts: [
                            { name: "configuration", mountPath: "/etc/prometheus" },
                            { name: "data", mountPath: "/data" },
                        ],
                    },
                ],
                securityContext: { fsGroup: 65534 },
                volumes: [
                    { name: "configuration", configMap: { name: "prometheus" } },
                    { name: "data", emptyDir: {} },
                ],
            },
        },
    ];
}
