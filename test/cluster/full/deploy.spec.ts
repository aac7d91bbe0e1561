import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { IMAGES } from "../../../components/images";
import { binaries } from "../harness/binaries";
import type { Cluster } from "../harness/cluster";
import { NODE_NAME } from "../harness/control-plane";
import { must } from "../harness/exec";
import { publishImage } from "../harness/images";
import type { KubernetesObject } from "../harness/kubectl";
import { apply, read, remove } from "../support/objects";
import { projectWith, type Project, type Settings } from "../support/project";
import { REGISTRY, startRegistry } from "../support/registry";
import { secretSource, SOURCE, sourceSecret } from "../support/secret-source";
import { describeOnCluster } from "../support/shared";
import {
    addVolumes,
    applyInOrder,
    describeObject,
    prepareFor,
    removeInOrder,
    renderStack,
    rolledOut,
    withoutWebhooks,
} from "../support/stack";
import { until } from "../support/until";

const NAMESPACE = "x0tta6bl4-staging";
const OPERATORS = "external-secrets";
const CONTROLLER = `external-secrets-${NAMESPACE}`;
/**
 * What runs on the real node. Images for the rest can't be had here, and the version of External Secrets that can be built
 * serves no health check in its certificate controller: these run in name only.
 */
const REAL = new Set([`${NAMESPACE}/x0tta6bl4`, `${OPERATORS}/${CONTROLLER}`]);
const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet"];
const ENTRIES = ["certificate", "private-key", "issuing-ca"];

interface PodSpec {
    nodeSelector?: Record<string, string>;
    volumes: { name: string; csi?: object }[];
    containers: {
        args?: string[];
        ports?: { name: string }[];
        livenessProbe?: object;
        readinessProbe?: object;
        volumeMounts: { name: string }[];
    }[];
}

/** What a cluster with a registry of its own, and with secrets in one of its own namespaces, would have in its stack file. */
function forThisCluster(cluster: Cluster, digests: Readonly<Record<string, string>>): (settings: Settings) => void {
    return (settings) => {
        const secrets = settings["x0tta6bl4:externalSecrets"] as {
            provider: object;
            secrets: Record<string, { name: string; key: string; refreshInterval: string }[]>;
        };
        secrets.provider = {
            kind: "kubernetes",
            server: "https://kubernetes.default.svc",
            remoteNamespace: SOURCE,
            caBundle: readFileSync(cluster.plane.authority.certificate, "utf8"),
        };
        for (const secret of secrets.secrets[NAMESPACE] ?? []) {
            secret.key = secret.name;
            secret.refreshInterval = "1m";
        }
        const overrides = Object.fromEntries(Object.entries(digests).map(([name, digest]) => [name, { digest }]));
        settings["x0tta6bl4:images"] = { mirror: REGISTRY, overrides };
    };
}

/**
 * Chooses the node of a workload, and takes away what the node lacks: SPIRE's driver, whose volume full/spire.spec.ts
 * proves, and the flags of the controller that are newer than the version which can be built, with the probes they serve.
 */
function forTheNode(object: KubernetesObject, known: string): KubernetesObject {
    if (!WORKLOADS.includes(object.kind)) {
        return object;
    }
    const copy = structuredClone(object);
    const { spec } = (copy["spec"] as { template: { spec: PodSpec } }).template;
    const name = `${copy.metadata.namespace ?? ""}/${copy.metadata.name}`;
    spec.nodeSelector = REAL.has(name) ? { "kubernetes.io/hostname": NODE_NAME } : { type: "kwok" };
    const identity = new Set(spec.volumes.filter(({ csi }) => csi !== undefined).map((volume) => volume.name));
    spec.volumes = spec.volumes.filter((volume) => !identity.has(volume.name));
    for (const container of spec.containers) {
        container.volumeMounts = container.volumeMounts.filter((mount) => !identity.has(mount.name));
        if (name === `${OPERATORS}/${CONTROLLER}`) {
            container.args = container.args
                ?.filter((arg) => known.includes(arg.replace(/=.*/, " ")))
                .filter((arg) => !arg.includes("leader-election"));
            container.readinessProbe = { tcpSocket: { port: "metrics" } };
            delete container.livenessProbe;
        }
    }
    if (name === `${OPERATORS}/${CONTROLLER}`) {
        // One alone elects nobody: the older version can't be told the name of the lease that its role allows.
        (copy["spec"] as { replicas: number }).replicas = 1;
    }
    return copy;
}

/** What the stack's ExternalSecrets take their entries from, each with a value that says which it is. */
function sourceSecrets(value: string): readonly KubernetesObject[] {
    const entries = Object.fromEntries(ENTRIES.map((entry) => [entry, `${value} ${entry}`]));
    return ["x0tta6bl4-certs", "shield-tls"].map((name) => sourceSecret(name, entries));
}

describeOnCluster("the staging stack on a real node", "full", (cluster) => {
    let objects: readonly KubernetesObject[] = [];
    let project: Project | undefined;
    const digests: Record<string, string> = {};

    before(async function () {
        this.timeout(60 * 60_000);
        const { node } = cluster();
        assert.ok(node);
        const { standin, "external-secrets": operator } = await binaries(["standin", "external-secrets"]);
        await startRegistry(cluster(), node);
        digests["x0tta6bl4"] = await publishImage(node, IMAGES.x0tta6bl4.repository, {
            tag: IMAGES.x0tta6bl4.tag,
            files: { "/standin": standin },
            entrypoint: ["/standin"],
        });
        const external = IMAGES["external-secrets"];
        digests["external-secrets"] = await publishImage(node, external.repository, {
            tag: external.tag,
            files: { "/bin/external-secrets": operator },
            entrypoint: ["/bin/external-secrets"],
        });
        project = projectWith("staging", forThisCluster(cluster(), digests));
        const rendered = await renderStack("staging", ["--directory", project.directory]);
        await prepareFor(cluster(), rendered.objects);
        await addVolumes(cluster(), 5);
        await cluster().addFakeNodes(2);
        const help = await must(operator, ["--help"]);
        objects = [
            ...secretSource(NAMESPACE),
            ...sourceSecrets("first"),
            ...withoutWebhooks(rendered.objects).map((object) => forTheNode(object, help)),
        ];
        const outcome = await applyInOrder(cluster(), objects);
        assert.equal(outcome.code, 0, outcome.stderr);
    });

    after(async function () {
        this.timeout(300_000);
        project?.remove();
        for (const namespace of [NAMESPACE, OPERATORS]) {
            await cluster().request("DELETE", `/api/v1/namespaces/${namespace}/pods?gracePeriodSeconds=0`);
        }
        await removeInOrder(cluster(), objects);
        await remove(
            cluster(),
            ["fake-1", "fake-2"].map((name) => ({ apiVersion: "v1", kind: "Node", metadata: { name } })),
        );
    });

    it("comes up, the platform and External Secrets in real pods", async function () {
        this.timeout(400_000);
        const workloads = objects.filter(({ kind }) => WORKLOADS.includes(kind));
        await Promise.all(workloads.map(async (workload) => rolledOut(cluster(), workload, 300)));
        const platform = workloads.find(({ metadata }) => metadata.name === "x0tta6bl4");
        assert.ok(platform !== undefined);
        await until("the autoscaler has brought the platform to its minimum of two pods", async () => {
            const status = (await read(cluster(), platform))?.["status"] as { availableReplicas?: number };
            return status.availableReplicas === 2 || `${status.availableReplicas ?? 0} are available`;
        });
        const real = workloads.filter(({ metadata }) => REAL.has(`${metadata.namespace ?? ""}/${metadata.name}`));
        assert.deepEqual(real.map(describeObject).sort(), [...REAL].map((name) => `Deployment ${name}`).sort());
    });

    it("runs exactly the images that the stack pins by digest, pulled from the mirror", async () => {
        const pods = [
            ...(await cluster().kubectl.list("pods", NAMESPACE)),
            ...(await cluster().kubectl.list("pods", OPERATORS)),
        ] as (KubernetesObject & {
            spec: { nodeName: string; containers: { image: string; imagePullPolicy: string }[] };
            status: { containerStatuses: { imageID: string }[] };
        })[];
        const real = pods.filter(({ spec }) => spec.nodeName === NODE_NAME);
        assert.equal(real.length, 3);
        for (const { spec, status } of real) {
            const [container] = spec.containers;
            const name = container?.image.includes("/x0tta6bl4:") ? "x0tta6bl4" : "external-secrets";
            const { repository, tag } = IMAGES[name];
            assert.equal(container?.image, `${REGISTRY}/${repository}:${tag}@${digests[name] ?? ""}`);
            assert.equal(container.imagePullPolicy, "Always");
            assert.equal(status.containerStatuses[0]?.imageID, `${REGISTRY}/${repository}@${digests[name] ?? ""}`);
        }
    });

    /** What a pod of the platform reads from its mounted secret. */
    async function seen(): Promise<string> {
        const file = "/etc/x0tta6bl4-certs/cert.pem";
        const exec = ["exec", "-n", NAMESPACE, "deployment/x0tta6bl4", "--", "/standin", "read", file];
        const { stdout, stderr } = await cluster().kubectl.try(exec);
        return stdout + stderr;
    }

    it("shows the platform's pods a secret of the source, and its rotation without a restart", async function () {
        this.timeout(240_000);
        assert.equal(await seen(), "first certificate");
        for (const object of sourceSecrets("second")) {
            const { accepted, message } = await apply(cluster(), object);
            assert.ok(accepted, message);
        }
        // External Secrets' own way not to wait for the interval.
        const annotate = ["annotate", "externalsecret", "x0tta6bl4-certs", "-n", NAMESPACE, "force-sync=1"];
        await cluster().kubectl.run(annotate);
        await until(
            "the pod sees the rotated secret",
            async () => {
                const text = await seen();
                return text === "second certificate" || text;
            },
            { seconds: 120, everyMs: 1000 },
        );
        const pods = await cluster().kubectl.list("pods", NAMESPACE, ["-l", "app=x0tta6bl4"]);
        const restarts = pods.map(
            ({ status }) =>
                (status as { containerStatuses: { restartCount: number }[] }).containerStatuses[0]?.restartCount,
        );
        assert.deepEqual(restarts, [0, 0]);
    });
});
