import * as pulumi from "@pulumi/pulumi";

import { boundPolicies } from "../bounds";
import { FoundationService } from "../foundation-service";
import type { Flow } from "../network/flows";
import { AllowedFlows } from "../network/network";
import { apiServerFlow, dnsFlow, metricsFlow } from "../network/standard";
import { refuse } from "../refuse";
import type { Surroundings } from "../shared";
import { LocalRights } from "../grants";
import { controllerBounds } from "./bounds";
import { peer } from "./operator";
import { controllerRules, leaseRules } from "./rights";
import { controllerName, controllerService, METRICS_PORT } from "./services";
import { identityFaults } from "./provider";
import type { ExternalSecretsSettings } from "./settings";
import { SecretStore } from "./store";
import { SyncedSecret, syncedSecretFaults } from "./synced-secret";

export interface SecretScopesArgs extends Surroundings {
    readonly settings: ExternalSecretsSettings;
    /** The namespaces this program closes; secrets are kept in step in no other. */
    readonly namespaces: readonly string[];
}

/**
 * What is wrong with the secrets, which stand at `path`; one line each.
 *
 * @param namespaces those that the program closes
 */
export function scopeFaults(
    settings: ExternalSecretsSettings["secrets"],
    namespaces: readonly string[],
    path: string,
): readonly string[] {
    return Object.entries(settings).flatMap(([namespace, secrets]) => {
        const names = secrets.map(({ name }) => name);
        return [
            ...(namespaces.includes(namespace)
                ? []
                : [`${path}.${namespace}: this stack makes no such namespace; it makes ${namespaces.join(", ")}`]),
            ...[...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
                (name) => `${path}.${namespace} names the Secret "${name}" twice`,
            ),
            ...secrets.flatMap(({ name: secret, ...rest }, index) =>
                syncedSecretFaults({ namespace, secret, ...rest }).map(
                    (fault) => `${path}.${namespace}[${index}]: ${fault}`,
                ),
            ),
        ];
    });
}

/** The flows of one namespace's controller. */
export function scopeFlows(namespace: string, args: Omit<SecretScopesArgs, "namespaces" | "images">): readonly Flow[] {
    const { settings, cluster, monitoring } = args;
    const app = controllerName(namespace);
    const controller = peer(settings.namespace, app);
    return [
        dnsFlow(controller, cluster, `${app}-dns`),
        apiServerFlow(controller, cluster, "Reads stores and writes Secrets.", `${app}-api-server`),
        {
            name: `${app}-provider`,
            reason: "Reads the secrets manager.",
            from: controller,
            to: { kind: "addresses", cidrs: settings.egress.cidrs },
            ports: [{ port: settings.egress.port }],
        },
        metricsFlow(controller, monitoring, METRICS_PORT, `${app}-metrics`),
    ];
}

/**
 * The Secrets of each namespace, kept in step with the secrets manager by a controller that has rights in that namespace
 * only: one that is taken over gives away one namespace, not the cluster.
 */
export class SecretScopes extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:external-secrets:SecretScopes";

    constructor(name: string, args: SecretScopesArgs, opts?: pulumi.ComponentResourceOptions) {
        super(SecretScopes.__pulumiType, name, args, opts);
        const { settings } = args;
        const scopes = Object.keys(settings.secrets);
        refuse(this, name, [
            ...scopeFaults(settings.secrets, args.namespaces, "secrets"),
            ...identityFaults(settings.provider, scopes, "provider"),
        ]);
        const bounds =
            scopes.length === 0
                ? []
                : boundPolicies(name, controllerBounds(settings.namespace, scopes, pulumi.getProject()), this);
        for (const namespace of scopes) {
            this.scope(namespace, args, bounds);
        }
        this.registerOutputs({});
    }

    private scope(namespace: string, args: SecretScopesArgs, bounds: readonly pulumi.Resource[]): void {
        const { settings, images } = args;
        const app = controllerName(namespace);
        const own = { parent: this };
        const subject = { name: app, account: app, accountNamespace: settings.namespace };
        const flows = new AllowedFlows(`${app}-network`, { flows: scopeFlows(namespace, args) }, own);
        const rights = [
            new LocalRights(`${app}-rights`, { ...subject, namespace, rules: controllerRules() }, own),
            new LocalRights(`${app}-lease`, { ...subject, namespace: settings.namespace, rules: leaseRules(app) }, own),
        ];
        const controller = new FoundationService(
            app,
            {
                ...controllerService(namespace, {
                    image: images.ref("external-secrets"),
                    version: images.tag("external-secrets"),
                }),
                namespace: settings.namespace,
            },
            { ...own, dependsOn: [flows, ...rights, ...bounds] },
        );
        const store = new SecretStore(
            `${app}-store`,
            { namespace, provider: settings.provider },
            { ...own, dependsOn: [controller] },
        );
        for (const { name: secret, ...rest } of settings.secrets[namespace] ?? []) {
            new SyncedSecret(`${namespace}-${secret}`, { namespace, secret, ...rest }, { ...own, dependsOn: [store] });
        }
    }
}
