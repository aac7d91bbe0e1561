import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { budgetSpec } from "../budget";
import type { Images } from "../images";
import { pulled } from "../images/pull";
import { containerSecurity, podSecurity } from "../workload";
import { render } from "./config/json";
import { OIDC_CERTIFICATE_DIR, oidcProviderConf } from "./config/oidc-provider";
import { NAMESPACE, OIDC_PROVIDER, PORTS } from "./layout";
import type { OidcSettings, SpireSettings } from "./model";
import { checksum, healthProbes, labelsOf, resources, scratch, selectorOf } from "./pods";
import { Rights } from "./rights";
import { podIdentity, WorkloadIdentity } from "./workload-identity";

export interface OidcProviderArgs {
    readonly settings: SpireSettings;
    readonly oidc: OidcSettings;
    readonly images: Images;
}

const CONF = "oidc-discovery-provider.conf";
const CONF_DIR = "/run/spire/oidc/config";

/** The pod of the provider. It satisfies `restricted`: the keys come over the CSI volume. */
export function oidcPodSpec({ oidc, images }: OidcProviderArgs): k8s.types.input.core.v1.PodSpec {
    const identity = podIdentity(OIDC_PROVIDER);
    return {
        serviceAccountName: OIDC_PROVIDER,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: podSecurity(),
        topologySpreadConstraints: [
            {
                topologyKey: "kubernetes.io/hostname",
                maxSkew: 1,
                whenUnsatisfiable: "ScheduleAnyway",
                labelSelector: { matchLabels: selectorOf(OIDC_PROVIDER) },
            },
        ],
        containers: [
            {
                name: OIDC_PROVIDER,
                ...pulled(images.ref("oidc-discovery-provider")),
                args: ["-config", `${CONF_DIR}/${CONF}`],
                ports: [
                    { name: "https", containerPort: PORTS.oidc },
                    { name: "health", containerPort: PORTS.oidcHealth },
                ],
                securityContext: containerSecurity(),
                resources: resources({ cpu: "20m", memory: "32Mi" }, { cpu: "500m", memory: "128Mi" }),
                ...healthProbes("health"),
                volumeMounts: [
                    { name: "config", mountPath: CONF_DIR, readOnly: true },
                    { name: "certificate", mountPath: OIDC_CERTIFICATE_DIR, readOnly: true },
                    { name: "tmp", mountPath: "/tmp" },
                    ...identity.volumeMounts,
                ],
            },
        ],
        volumes: [
            { name: "config", configMap: { name: OIDC_PROVIDER } },
            { name: "certificate", secret: { secretName: oidc.certificateSecret, defaultMode: 0o440 } },
            scratch("tmp", "16Mi"),
            ...identity.volumes,
        ],
    };
}

/**
 * The OIDC discovery provider: publishes the keys of JWT-SVIDs for verifiers that know no SPIFFE, such as cloud providers.
 *
 * Creates: ServiceAccount, ClusterSPIFFEID, ConfigMap, Deployment, Service, PodDisruptionBudget.
 */
export class OidcProvider extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:spire:OidcProvider";

    constructor(name: string, args: OidcProviderArgs, opts?: pulumi.ComponentResourceOptions) {
        super(OidcProvider.__pulumiType, name, args, opts);
        const { settings, oidc, images } = args;
        const labels = labelsOf(OIDC_PROVIDER, images.tag("oidc-discovery-provider"));
        const metadata = { name: OIDC_PROVIDER, namespace: NAMESPACE, labels };
        const selector = selectorOf(OIDC_PROVIDER);
        const child = { parent: this };

        const rights = new Rights(`${name}-rights`, { account: OIDC_PROVIDER, clusterRules: [], rules: [] }, child);
        const identity = new WorkloadIdentity(
            `${name}-identity`,
            { settings, namespace: NAMESPACE, serviceAccount: OIDC_PROVIDER },
            child,
        );
        const data = { [CONF]: render(oidcProviderConf(settings, oidc)) };
        const config = new k8s.core.v1.ConfigMap(`${name}-config`, { metadata, data }, child);
        new k8s.apps.v1.Deployment(
            `${name}-deployment`,
            {
                metadata,
                spec: {
                    replicas: oidc.replicas,
                    selector: { matchLabels: selector },
                    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
                    template: {
                        metadata: {
                            labels: { ...labels, ...identity.pod.labels },
                            annotations: checksum(...Object.values(data)),
                        },
                        spec: oidcPodSpec(args),
                    },
                },
            },
            { parent: this, dependsOn: [rights, identity, config] },
        );
        new k8s.core.v1.Service(
            `${name}-service`,
            {
                metadata,
                spec: { type: "ClusterIP", selector, ports: [{ name: "https", port: 443, targetPort: "https" }] },
            },
            child,
        );
        new k8s.policy.v1.PodDisruptionBudget(
            `${name}-budget`,
            {
                metadata,
                spec: budgetSpec(selector),
            },
            child,
        );
        this.registerOutputs({});
    }
}
