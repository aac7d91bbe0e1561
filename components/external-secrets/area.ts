import { optionalArea } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import { OWNER, partOf } from "../deployment";
import type { MonitoringSettings } from "../monitoring/settings";
import { externalSecretsExceptions } from "./exceptions";
import { definitionFaults, operatorFlows, SecretsOperator } from "./operator";
import { identityFaults } from "./provider";
import { scopeFaults, scopeFlows, SecretScopes } from "./scope";
import type { ExternalSecretsSettings } from "./settings";
import { externalSecretsSettings } from "./settings";

export interface ExternalSecretsConfig {
    readonly cluster: ClusterSettings;
    readonly externalSecrets: ExternalSecretsSettings;
    readonly monitoring: MonitoringSettings;
}

export const externalSecretsArea = optionalArea({
    key: "externalSecrets",
    description: "External Secrets: where secrets come from, and which namespace gets which",
    settings: externalSecretsSettings,
    faults: ({ externalSecrets: settings }: ExternalSecretsConfig, path, { namespaces }) => [
        ...scopeFaults(settings.secrets, namespaces, `${path}.secrets`),
        ...identityFaults(settings.provider, Object.keys(settings.secrets), `${path}.provider`),
        ...definitionFaults(settings.crds).map((fault) => `${path}.crds: ${fault}`),
    ],
    namespaces: ({ externalSecrets }: ExternalSecretsConfig) => [
        {
            setting: "namespace",
            namespace: externalSecrets.namespace,
            owner: OWNER,
            quota: { cpu: "4", memory: "8Gi", pods: "40" },
            critical: true,
        },
    ],
    images: ({ externalSecrets }: ExternalSecretsConfig) => ({ [externalSecrets.namespace]: ["external-secrets"] }),
    targets: ({ externalSecrets }: ExternalSecretsConfig) => [
        {
            name: "external-secrets",
            namespace: externalSecrets.namespace,
            labels: partOf(),
            port: "metrics",
            // The namespace and name of a secret, not those of the controller.
            honorLabels: true,
        },
    ],
    flows: ({ externalSecrets: settings, cluster, monitoring }: ExternalSecretsConfig) => {
        const args = { settings, cluster, monitoring };
        const scopes = Object.keys(settings.secrets);
        return [
            ...(cluster.foundation === undefined ? operatorFlows(args) : []),
            ...scopes.flatMap((namespace) => scopeFlows(namespace, args)),
        ];
    },
    exceptions: externalSecretsExceptions,
    deploy: ({ externalSecrets: settings, cluster, monitoring }: ExternalSecretsConfig, stage) => {
        const { images, namespaces } = stage.foundation;
        const args = { cluster, monitoring, images, settings };
        // A cluster has one webhook for stores and secrets, and one controller for its certificate.
        const operator =
            cluster.foundation === undefined ? [new SecretsOperator("external-secrets", args, stage.options())] : [];
        return { resources: [new SecretScopes("secrets", { ...args, namespaces }, stage.options(...operator))] };
    },
});
