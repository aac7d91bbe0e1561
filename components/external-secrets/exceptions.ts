import type { AreaException } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import type { ExternalSecretsSettings } from "./settings";

interface ExternalSecretsConfig {
    readonly cluster: ClusterSettings;
    readonly externalSecrets: ExternalSecretsSettings;
}

/** What External Secrets can't do without. */
export const externalSecretsExceptions: readonly AreaException<ExternalSecretsConfig>[] = [
    {
        control: "no-secret-read",
        component: "x0tta6bl4:external-secrets:SecretScopes$x0tta6bl4:access:LocalRights",
        kind: "Role",
        name: "external-secrets-{namespace}",
        fields: ["rules[]"],
        reason: "The controller finds the Secrets it keeps in step through a watch; its rights end at this namespace.",
        objects: ({ externalSecrets }) =>
            Object.keys(externalSecrets.secrets).map((namespace) => `Role ${namespace}/external-secrets-${namespace}`),
    },
    {
        control: "projected-tokens-bounded",
        component: "x0tta6bl4:external-secrets:SecretsOperator$x0tta6bl4:foundation:FoundationService",
        kind: "Deployment",
        name: "external-secrets-webhook",
        fields: ["spec.template.spec.volumes[].projected.sources[].serviceAccountToken.audience"],
        reason: "The token is for the API server, whose audience differs between clusters; it lives for an hour and is bound to the pod.",
        objects: ({ cluster, externalSecrets: { namespace } }) =>
            cluster.foundation === undefined ? [`Deployment ${namespace}/external-secrets-webhook`] : [],
    },
];
