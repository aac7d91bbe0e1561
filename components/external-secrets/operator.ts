import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { boundPolicies } from "../bounds";
import { FoundationService } from "../foundation-service";
import type { Flow, Peer } from "../network/flows";
import { AllowedFlows } from "../network/network";
import { apiServerFlow, apiServerPeer, metricsFlow } from "../network/standard";
import { serviceSelector } from "../deployment";
import { refuse } from "../refuse";
import type { Surroundings } from "../shared";
import { certControllerBounds } from "./bounds";
import { CrdError, readCrds, REQUIRED_CRDS } from "./crds";
import { ClusterRights, LocalRights } from "../grants";
import { certControllerRules, certSecretRules, leaseRules } from "./rights";
import {
    CERT_CONTROLLER,
    certControllerService,
    METRICS_PORT,
    WEBHOOK,
    WEBHOOK_PORT,
    webhookService,
} from "./services";
import type { CrdSettings, ExternalSecretsSettings } from "./settings";
import { webhookConfiguration, WEBHOOKS } from "./webhook";

export interface SecretsOperatorArgs extends Surroundings {
    readonly settings: ExternalSecretsSettings;
}

/** The flows of the webhook and its certificate controller. */
export function operatorFlows({ settings, cluster, monitoring }: Omit<SecretsOperatorArgs, "images">): readonly Flow[] {
    const webhook = peer(settings.namespace, WEBHOOK);
    const certificates = peer(settings.namespace, CERT_CONTROLLER);
    return [
        {
            name: "webhook",
            reason: "The API server has stores and secrets checked.",
            from: apiServerPeer(cluster),
            to: webhook,
            ports: [{ port: WEBHOOK_PORT }],
        },
        metricsFlow(webhook, monitoring, METRICS_PORT, "webhook-metrics"),
        apiServerFlow(webhook, cluster, "Reads what a store refers to.", "webhook-api-server"),
        apiServerFlow(certificates, cluster, "Renews the webhook's certificate.", "cert-controller-api-server"),
        metricsFlow(certificates, monitoring, METRICS_PORT, "cert-controller-metrics"),
    ];
}

/** Pods of one of the operator's services. */
export function peer(namespace: string, app: string): Extract<Peer, { kind: "pods" }> {
    return { kind: "pods", namespace, labels: serviceSelector(app) };
}

/**
 * What the controllers of External Secrets share: definitions, the validating webhook, and the controller that keeps the
 * webhook's certificate. The controllers themselves, one for each namespace with secrets, are `SecretScope`s.
 *
 * Creates: CustomResourceDefinitions (unless preinstalled), flows, the webhook and its certificate controller with their
 * rights, the admission policies that bound these, and two ValidatingWebhookConfigurations that fail closed for the namespaces with secrets.
 */
export class SecretsOperator extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:external-secrets:SecretsOperator";

    constructor(name: string, args: SecretsOperatorArgs, opts?: pulumi.ComponentResourceOptions) {
        super(SecretsOperator.__pulumiType, name, args, opts);
        const { settings, images } = args;
        const { namespace } = settings;
        refuse(this, name, definitionFaults(settings.crds));
        const crds = this.definitions(name, settings);
        const image = { image: images.ref("external-secrets"), version: images.tag("external-secrets") };
        const flows = new AllowedFlows(`${name}-network`, { flows: operatorFlows(args) }, { parent: this });

        const certificate = new k8s.core.v1.Secret(
            `${name}-certificate`,
            { metadata: { name: WEBHOOK, namespace, labels: { "external-secrets.io/component": "webhook" } } },
            // Filled, and filled again before it expires, by the certificate controller.
            { parent: this, ignoreChanges: ["data", "stringData"] },
        );
        const subject = { account: CERT_CONTROLLER, accountNamespace: namespace };
        const rights = [
            new ClusterRights(
                `${name}-cert-controller`,
                {
                    ...subject,
                    name: CERT_CONTROLLER,
                    rules: certControllerRules(
                        REQUIRED_CRDS,
                        WEBHOOKS.map(({ configuration }) => configuration),
                    ),
                },
                { parent: this },
            ),
            new LocalRights(
                `${name}-cert-controller-local`,
                {
                    ...subject,
                    name: CERT_CONTROLLER,
                    namespace,
                    rules: [...certSecretRules(WEBHOOK), ...leaseRules("crd-certs-controller")],
                },
                { parent: this },
            ),
        ];
        const bounds = boundPolicies(name, certControllerBounds(namespace, pulumi.getProject()), this);
        const certController = new FoundationService(
            CERT_CONTROLLER,
            { ...certControllerService(namespace, image), namespace },
            { parent: this, dependsOn: [...crds, ...rights, ...bounds, certificate, flows] },
        );
        const webhook = new FoundationService(
            WEBHOOK,
            { ...webhookService(namespace, image), namespace, service: { port: 443, target: "webhook" } },
            // Its readiness waits for the certificate.
            { parent: this, dependsOn: [certificate, flows, ...rights] },
        );
        // A selector without values is refused by the API server: without secrets there is nothing to look at.
        const guarded = Object.keys(settings.secrets);
        for (const entry of guarded.length === 0 ? [] : WEBHOOKS) {
            new k8s.admissionregistration.v1.ValidatingWebhookConfiguration(
                `${name}-${entry.configuration}`,
                webhookConfiguration(entry, { namespace, name: WEBHOOK }, guarded),
                {
                    parent: this,
                    dependsOn: [webhook, certController],
                    ignoreChanges: ["webhooks[*].clientConfig.caBundle"],
                },
            );
        }
        this.registerOutputs({});
    }

    private definitions(name: string, settings: ExternalSecretsSettings): readonly pulumi.Resource[] {
        return readCrds(settings.crds).map(
            (crd) =>
                new k8s.apiextensions.v1.CustomResourceDefinition(
                    `${name}-crd-${crd.metadata.name}`,
                    crd as unknown as k8s.apiextensions.v1.CustomResourceDefinitionArgs,
                    // Deleting a definition deletes every object of its kind.
                    { parent: this, protect: true, ignoreChanges: ["spec.conversion"] },
                ),
        );
    }
}

/** Why the definitions can't be had, if they can't; one line each. */
export function definitionFaults(settings: CrdSettings): readonly string[] {
    try {
        readCrds(settings);
        return [];
    } catch (error) {
        if (error instanceof CrdError) {
            return error.faults;
        }
        throw error;
    }
}
