import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { budgetSpec } from "../budget";
import { readAtStart } from "../deployment";
import type { Images } from "../images";
import { controllerManagerConf } from "./config/controller-manager";
import { render } from "./config/json";
import { serverConf } from "./config/server";
import { expose } from "./exposure";
import { NAMESPACE, PORTS, SERVER } from "./layout";
import type { SpireSettings } from "./model";
import { checksum, labelsOf, selectorOf } from "./pods";
import { Rights } from "./rights";
import { DATA_CLAIM, MANAGER_CONF, secretVariables, SERVER_CONF, serverPodSpec } from "./server-pod";
import { MANAGER_RULES, managerClusterRules, SERVER_CLUSTER_RULES, serverRules } from "./server-rights";

export interface SpireServerArgs {
    /** Settings that `spireFaults` has nothing to say about. */
    readonly settings: SpireSettings;
    readonly images: Images;
}

/**
 * The SPIRE servers, each with its controller manager: they sign identities and keep the registration entries.
 *
 * Guarantees: every pod satisfies `restricted`; keys and data outlive a pod, and are not deleted before their protection is
 * given up; their volumes grow in place; no credential is in the program.
 *
 * Creates: ServiceAccount, ClusterRole, Role and their bindings, ConfigMap, PersistentVolumeClaims, StatefulSet, Services,
 * PodDisruptionBudget, and what exposes the server where that is set.
 */
export class SpireServer extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:spire:SpireServer";
    /** The StatefulSet; whoever needs a serving SPIRE depends on it. */
    public readonly statefulSet: k8s.apps.v1.StatefulSet;

    constructor(name: string, args: SpireServerArgs, opts?: pulumi.ComponentResourceOptions) {
        super(SpireServer.__pulumiType, name, args, opts);
        const { settings, images } = args;
        const labels = labelsOf(SERVER, images.tag("spire-server"));
        const metadata = { name: SERVER, namespace: NAMESPACE, labels };
        const child = { parent: this };

        const rights = new Rights(
            `${name}-rights`,
            {
                account: SERVER,
                annotations: settings.server.workloadIdentity.accountAnnotations,
                clusterRules: [...SERVER_CLUSTER_RULES, ...managerClusterRules(settings)],
                rules: [...serverRules(settings), ...MANAGER_RULES],
            },
            child,
        );
        const data = {
            [SERVER_CONF]: render(serverConf(settings)),
            [MANAGER_CONF]: render(controllerManagerConf(settings)),
        };
        const config = new k8s.core.v1.ConfigMap(`${name}-config`, { metadata, data }, child);
        const claims = Array.from(
            { length: settings.server.replicas },
            (_, ordinal) =>
                new k8s.core.v1.PersistentVolumeClaim(
                    `${name}-data-${ordinal}`,
                    {
                        metadata: {
                            // The name under which the StatefulSet looks for it.
                            name: `${DATA_CLAIM}-${SERVER}-${ordinal}`,
                            namespace: NAMESPACE,
                            labels,
                            // Some classes bind a claim only once a pod wants it.
                            annotations: { "pulumi.com/skipAwait": "true" },
                        },
                        spec: claimSpec(settings.server.storage),
                    },
                    // Another class, or fewer servers, would delete it with the entries and keys in it.
                    { parent: this, protect: true },
                ),
        );
        this.statefulSet = new k8s.apps.v1.StatefulSet(
            `${name}-servers`,
            {
                metadata: { ...metadata, ...readAtStart(secretVariables(settings)) },
                spec: {
                    serviceName: SERVER,
                    replicas: settings.server.replicas,
                    // Servers are equals: none has to wait for another.
                    podManagementPolicy: "Parallel",
                    selector: { matchLabels: selectorOf(SERVER) },
                    template: {
                        metadata: {
                            labels: { ...settings.server.workloadIdentity.podLabels, ...labels },
                            annotations: checksum(...Object.values(data)),
                        },
                        spec: serverPodSpec(settings, images),
                    },
                    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
                    volumeClaimTemplates: [
                        {
                            metadata: { name: DATA_CLAIM, labels: selectorOf(SERVER) },
                            // A template can't be changed, so it says nothing of the settings, and is never used:
                            // the claims of all replicas are there before it.
                            spec: claimSpec({ size: "1Gi" }),
                        },
                    ],
                },
            },
            { parent: this, dependsOn: [rights, config, ...claims] },
        );
        new k8s.core.v1.Service(
            `${name}-service`,
            { metadata, spec: serviceSpec("grpc", PORTS.server, PORTS.server) },
            child,
        );
        if (settings.server.bundleEndpoint !== undefined) {
            new k8s.core.v1.Service(
                `${name}-federation`,
                {
                    metadata: { ...metadata, name: `${SERVER}-federation` },
                    spec: serviceSpec("federation", PORTS.federation, PORTS.federation),
                },
                child,
            );
        }
        expose(name, settings, labels, child);
        if (settings.controllerManager.validation === "webhook") {
            new k8s.core.v1.Service(
                `${name}-webhook`,
                {
                    metadata: { ...metadata, name: WEBHOOK_SERVICE },
                    spec: serviceSpec("webhook", 443, PORTS.webhook),
                },
                child,
            );
        }
        new k8s.policy.v1.PodDisruptionBudget(
            `${name}-budget`,
            {
                metadata,
                spec: budgetSpec(selectorOf(SERVER)),
            },
            child,
        );
        this.registerOutputs({});
    }
}

/** Name of the Service by which the API server reaches the webhook. */
export const WEBHOOK_SERVICE = `${SERVER}-webhook`;

function claimSpec({
    size,
    className,
}: SpireSettings["server"]["storage"]): k8s.types.input.core.v1.PersistentVolumeClaimSpec {
    return {
        accessModes: ["ReadWriteOnce"],
        ...(className !== undefined && { storageClassName: className }),
        resources: { requests: { storage: size } },
    };
}

function serviceSpec(name: string, port: number, targetPort: number): k8s.types.input.core.v1.ServiceSpec {
    return { type: "ClusterIP", selector: selectorOf(SERVER), ports: [{ name, port, targetPort }] };
}
