import { optional } from "../../policies/engine/schema";
import { area } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import { OWNER, partOf } from "../deployment";
import type { MonitoringSettings } from "../monitoring/settings";
import { externalSecretsExceptions } from "./exceptions";
import { definitionFaults, operatorFlows, SecretsOperator } from "./operator";
import { scopeFaults, scopeFlows, SecretScopes } from "./scope";
import type { ExternalSecretsSettings } from "./settings";
import { externalSecretsSettings } from "./settings";

interface ExternalSecretsConfig {
    readonly cluster: ClusterSettings;
    readonly externalSecrets: ExternalSecretsSettings | undefined;
    readonly monitoring: MonitoringSettings;
}

export const externalSecretsArea = area({
    key: "externalSecrets",
    description: "External Secrets: where secrets come from, and which namespace gets which; none unless set",
    settings: optional(externalSecretsSettings),
    faults: ({ externalSecrets: settings }: ExternalSecretsConfig, path, { namespaces }) =>
        settings === undefined
            ? []
            : [
                  ...scopeFaults(settings.secrets, namespaces, `${path}.secrets`),
                  ...definitionFaults(settings.crds).map((fault) => `${path}.crds: ${fault}`),
              ],
    namespaces: ({ externalSecrets }: ExternalSecretsConfig) =>
        externalSecrets === undefined
            ? []
            : [
                  {
                      setting: "namespace",
                      namespace: externalSecrets.namespace,
                      owner: OWNER,
                      quota: { cpu: "4", memory: "8Gi", pods: "40" },
                  },
              ],
    images: ({ externalSecrets }: ExternalSecretsConfig) =>
        externalSecrets === undefined ? {} : { [externalSecrets.namespace]: ["external-secrets"] },
    targets: ({ externalSecrets }: ExternalSecretsConfig) =>
        externalSecrets === undefined
            ? []
            : [
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
        if (settings === undefined) {
            return [];
        }
        const args = { settings, cluster, monitoring };
        const scopes = Object.keys(settings.secrets);
        return [...operatorFlows(args), ...scopes.flatMap((namespace) => scopeFlows(namespace, args))];
    },
    exceptions: externalSecretsExceptions,
    deploy: ({ externalSecrets: settings, cluster, monitoring }: ExternalSecretsConfig, stage) => {
        if (settings === undefined) {
            return { resources: [] };
        }
        const { images, namespaces } = stage.foundation;
        const args = { cluster, monitoring, images, settings };
        const operator = new SecretsOperator("external-secrets", args, stage.options());
        return { resources: [new SecretScopes("secrets", { ...args, namespaces }, stage.options(operator))] };
    },
});
