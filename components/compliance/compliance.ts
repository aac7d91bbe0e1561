import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { ClusterRights, LocalRights } from "../grants";
import { serviceLabels } from "../deployment";
import { AllowedFlows } from "../network/network";
import { refuse } from "../refuse";
import type { Surroundings } from "../shared";
import { clusterRules, COMPLIANCE, LOG_RULES, PROMETHEUS_RULES } from "./rights";
import type { ComplianceSettings } from "./settings";
import { complianceFlows, jobSpec } from "./specs";

export interface ComplianceArgs extends Surroundings {
    readonly settings: ComplianceSettings;
    /** The stack's namespaces, whose logs are read. */
    readonly namespaces: readonly string[];
}

/**
 * A job in the cluster that holds the stack against the hardening checklist, by what it sees there and by statements of what ran
 * elsewhere: it publishes the score, and keeps former reports for the trend.
 *
 * Guarantees: the pod satisfies `restricted`; it lists objects but no Secrets, reads logs in the stack's own namespaces, changes nothing,
 * and reaches the API server, DNS and the gateway only.
 *
 * Creates: flows, a ServiceAccount, roles and their bindings, a protected PersistentVolumeClaim, and a CronJob.
 */
export class Compliance extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:compliance:Compliance";

    constructor(name: string, args: ComplianceArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Compliance.__pulumiType, name, args, opts);
        const { settings, cluster, monitoring, images, namespaces } = args;
        refuse(this, name, images.faults(["compliance"]));
        const own = { parent: this };
        const { namespace, storage, storageClass } = settings;
        const labels = serviceLabels(COMPLIANCE, images.tag("compliance"));
        const metadata = { name: COMPLIANCE, namespace, labels };
        const flows = new AllowedFlows(`${name}-network`, { flows: complianceFlows(settings, cluster) }, own);
        const account = new k8s.core.v1.ServiceAccount(
            `${name}-account`,
            { metadata, automountServiceAccountToken: false },
            own,
        );
        const itself = { name: COMPLIANCE, account: COMPLIANCE, accountNamespace: namespace };
        const rights = [
            new ClusterRights(`${name}-cluster-rights`, { ...itself, rules: clusterRules(settings) }, own),
            ...namespaces.map(
                (each) =>
                    new LocalRights(`${name}-${each}-logs`, { ...itself, namespace: each, rules: LOG_RULES }, own),
            ),
            new LocalRights(
                `${name}-prometheus`,
                { ...itself, namespace: monitoring.namespace, rules: PROMETHEUS_RULES },
                own,
            ),
        ];
        const claim = new k8s.core.v1.PersistentVolumeClaim(
            `${name}-history`,
            {
                // Some classes bind a claim only once a pod wants it, and the first job is hours away.
                metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
                spec: {
                    accessModes: ["ReadWriteOnce"],
                    resources: { requests: { storage } },
                    ...(storageClass !== undefined && { storageClassName: storageClass }),
                },
            },
            // What was reported is asked for long after a job is gone; to retain it is not enough, since its namespace is deleted.
            { ...own, protect: true },
        );
        new k8s.batch.v1.CronJob(
            `${name}-job`,
            {
                metadata,
                spec: jobSpec({ settings, stack: pulumi.getStack(), image: images.ref("compliance"), labels }),
            },
            { ...own, dependsOn: [flows, account, claim, ...rights] },
        );
        this.registerOutputs({});
    }
}
