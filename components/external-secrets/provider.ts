import type { ProviderSettings } from "./settings";

/** The ServiceAccount, in each namespace with secrets, as which the secrets manager is read. */
export const READER = "secret-reader";

/** Audience that ServiceAccount tokens need at a provider, where the provider does not name its own. */
const AUDIENCES: Readonly<Record<"aws" | "azure", string>> = {
    aws: "sts.amazonaws.com",
    azure: "api://AzureADTokenExchange",
};

/**
 * `spec.provider` of a SecretStore (external-secrets.io/v1), reading as the namespace's own ServiceAccount.
 *
 * @param provider the secrets manager
 * @param namespace the namespace of the store; part of the role's name, so that no namespace can read for another
 */
export function providerSpec(provider: ProviderSettings, namespace: string): Readonly<Record<string, unknown>> {
    switch (provider.kind) {
        case "vault":
            return {
                vault: {
                    server: provider.server,
                    path: provider.path,
                    version: "v2",
                    ...(provider.namespace !== undefined && { namespace: provider.namespace }),
                    ...(provider.caBundle !== undefined && { caBundle: base64(provider.caBundle) }),
                    auth: vaultAuth(provider.auth, namespace),
                },
            };
        case "aws":
            return {
                aws: {
                    service: "SecretsManager",
                    region: provider.region,
                    auth: { jwt: { serviceAccountRef: { name: READER, audiences: [AUDIENCES.aws] } } },
                },
            };
        case "gcp":
            return {
                gcpsm: {
                    projectID: provider.projectId,
                    auth: {
                        workloadIdentity: {
                            clusterLocation: provider.clusterLocation,
                            clusterName: provider.clusterName,
                            serviceAccountRef: { name: READER },
                        },
                    },
                },
            };
        case "azure":
            return {
                azurekv: {
                    authType: "WorkloadIdentity",
                    vaultUrl: provider.vaultUrl,
                    tenantId: provider.tenantId,
                    serviceAccountRef: { name: READER, audiences: [AUDIENCES.azure] },
                },
            };
        case "kubernetes":
            return {
                kubernetes: {
                    remoteNamespace: provider.remoteNamespace,
                    server: { url: provider.server, caBundle: base64(provider.caBundle) },
                    auth: { serviceAccount: { name: READER } },
                },
            };
    }
}

/** The identities by which a cloud knows the readers, by namespace, and the setting that names them; none where the token itself is one. */
function identitiesOf(
    provider: ProviderSettings,
): { readonly setting: string; readonly of: Readonly<Record<string, string>> } | undefined {
    switch (provider.kind) {
        case "aws":
            return { setting: "roleArns", of: provider.roleArns };
        case "gcp":
            return { setting: "serviceAccounts", of: provider.serviceAccounts };
        case "azure":
            return { setting: "clientIds", of: provider.clientIds };
        case "vault":
        case "kubernetes":
            return undefined;
    }
}

/**
 * What is wrong with the identities of the readers, given the namespaces that have secrets; one line each.
 *
 * @param path where the provider stands
 */
export function identityFaults(
    provider: ProviderSettings,
    namespaces: readonly string[],
    path: string,
): readonly string[] {
    const identities = identitiesOf(provider);
    if (identities === undefined) {
        return [];
    }
    const { setting, of } = identities;
    const shared = [...Map.groupBy(Object.entries(of), ([, identity]) => identity).values()].filter(
        (users) => users.length > 1,
    );
    return [
        ...namespaces
            .filter((namespace) => of[namespace] === undefined)
            .map(
                (namespace) =>
                    `${path}.${setting}.${namespace} is missing; each namespace with secrets reads as itself`,
            ),
        ...Object.keys(of)
            .filter((namespace) => !namespaces.includes(namespace))
            .map((namespace) => `${path}.${setting}.${namespace}: this namespace has no secrets`),
        ...shared.map(
            (users) =>
                `${path}.${setting} gives ${users.map(([namespace]) => namespace).join(" and ")} one identity; each could read what is the other's`,
        ),
    ];
}

/** Annotations by which a cloud recognises the reading ServiceAccount of a namespace. */
export function readerAnnotations(provider: ProviderSettings, namespace: string): Readonly<Record<string, string>> {
    const identity = identitiesOf(provider)?.of[namespace] ?? "";
    switch (provider.kind) {
        case "aws":
            return { "eks.amazonaws.com/role-arn": identity };
        case "gcp":
            return { "iam.gke.io/gcp-service-account": identity };
        case "azure":
            return {
                "azure.workload.identity/client-id": identity,
                "azure.workload.identity/tenant-id": provider.tenantId,
            };
        case "vault":
        case "kubernetes":
            return {};
    }
}

function vaultAuth(
    auth: Extract<ProviderSettings, { kind: "vault" }>["auth"],
    namespace: string,
): Readonly<Record<string, unknown>> {
    const role = `${auth.rolePrefix}-${namespace}`;
    const reader = { name: READER };
    switch (auth.method) {
        case "kubernetes":
            return {
                kubernetes: {
                    mountPath: auth.mountPath,
                    role,
                    serviceAccountRef: { ...reader, audiences: [...auth.audiences] },
                },
            };
        case "jwt":
            return {
                jwt: {
                    path: auth.path,
                    role,
                    kubernetesServiceAccountToken: {
                        serviceAccountRef: reader,
                        audiences: [...auth.audiences],
                        expirationSeconds: 600,
                    },
                },
            };
    }
}

function base64(text: string): string {
    return Buffer.from(text, "utf8").toString("base64");
}
