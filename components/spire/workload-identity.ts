import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { object } from "../../policies/engine/schema";
import { completed } from "../completed";
import { refuse } from "../refuse";
import type { PodIdentity } from "../workload";
import { unknownFederation } from "./checks";
import { SPIRE_API_VERSION } from "./crds";
import { checkedMilliseconds, formatDuration, milliseconds } from "./duration";
import type { Duration } from "./duration";
import { CSI_DRIVER_NAME, WORKLOAD_ENDPOINT, WORKLOAD_SOCKET_DIR } from "./layout";
import type { SpireSettings } from "./model";
import { classOf } from "./registration";
import type { SpireGiven } from "./settings";
import { spireSettings } from "./settings";

export interface WorkloadIdentityArgs {
    /** The settings of the installation that issues the identity: those that `Spire` takes. */
    readonly settings: SpireGiven;
    /** Namespace and ServiceAccount of the workload: both must match, whatever labels a pod claims. */
    readonly namespace: string;
    readonly serviceAccount: string;
    /**
     * Path of the SPIFFE ID, starting with a slash.
     * @default "/ns/<namespace>/sa/<serviceAccount>"
     */
    readonly path?: string;
    /**
     * DNS names of the certificate, for clients that check names instead of SPIFFE IDs.
     * @default none
     */
    readonly dnsNames?: readonly string[];
    /**
     * Life of an X.509-SVID.
     * @default the server's
     */
    readonly x509SvidTtl?: Duration;
    /**
     * Life of a JWT-SVID.
     * @default the server's
     */
    readonly jwtSvidTtl?: Duration;
    /**
     * Trust domains whose bundles the workload gets too.
     * @default none
     */
    readonly federatesWith?: readonly string[];
    /**
     * Further selectors, such as `k8s:container-name:api` or `k8s:image-signature:verified`.
     * @default none
     */
    readonly selectors?: readonly string[];
}

/** Label by which the entry selects the pods that carry the volume. */
const IDENTITY_LABEL = "spiffe.x0tta6bl4.io/identity";

const PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+$/;
const DNS_NAME = /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** What is wrong with the arguments; one line each. */
function workloadIdentityFaults(args: WorkloadIdentityArgs, settings: SpireSettings): readonly string[] {
    const { path } = args;
    const longest = checkedMilliseconds(settings.server.caTtl) / 6;
    const ttls = [
        ["x509SvidTtl", args.x509SvidTtl],
        ["jwtSvidTtl", args.jwtSvidTtl],
    ] as const;
    return [
        ...(path !== undefined && !PATH.test(path)
            ? [`path "${path}" is no path of a SPIFFE ID; it must be like /billing/api (SPIFFE ID, section 2.2)`]
            : []),
        ...(path?.startsWith("/spire/") ? [`path "${path}" is reserved for SPIRE itself`] : []),
        ...(args.dnsNames ?? [])
            .filter((dnsName) => !DNS_NAME.test(dnsName))
            .map((dnsName) => `DNS name "${dnsName}" is none; it must be like api.billing.svc`),
        ...ttls.flatMap(([name, ttl]) => {
            const value = ttl === undefined ? 0 : milliseconds(ttl);
            if (value === undefined) {
                return [`${name} must be a duration such as 90s, 5m or 24h, found "${ttl}"`];
            }
            return value > longest
                ? [
                      `${name} is ${ttl}; with a caTtl of ${settings.server.caTtl} SPIRE issues for at most ${formatDuration(longest)}`,
                  ]
                : [];
        }),
        ...unknownFederation(
            args.federatesWith ?? [],
            settings.federatedTrustDomains.map(({ trustDomain }) => trustDomain),
            "workload identity",
        ),
        ...(args.selectors ?? [])
            .filter((selector) => !/^[^:\s{}]+:[^\s{}]+$/.test(selector))
            .map((selector) => `selector "${selector}" must be like k8s:container-name:api, without templates`),
    ];
}

/** `spec` of the ClusterSPIFFEID. */
export function clusterSpiffeIdSpec(
    args: Omit<WorkloadIdentityArgs, "settings">,
    settings: SpireSettings,
): Readonly<Record<string, unknown>> {
    const { namespace, serviceAccount } = args;
    return {
        ...classOf(settings),
        spiffeIDTemplate: `spiffe://{{ .TrustDomain }}${args.path ?? `/ns/${namespace}/sa/${serviceAccount}`}`,
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        podSelector: { matchLabels: { [IDENTITY_LABEL]: serviceAccount } },
        // Labels are the pod author's word; the agent checks namespace and ServiceAccount itself.
        workloadSelectorTemplates: [`k8s:ns:${namespace}`, `k8s:sa:${serviceAccount}`, ...(args.selectors ?? [])],
        ...(args.dnsNames?.length && { dnsNameTemplates: args.dnsNames }),
        ...(args.x509SvidTtl !== undefined && { ttl: args.x509SvidTtl }),
        ...(args.jwtSvidTtl !== undefined && { jwtTtl: args.jwtSvidTtl }),
        ...(args.federatesWith?.length && { federatesWith: args.federatesWith }),
    };
}

/** What the workload's pods carry: the CSI volume, its mount, the endpoint's variable, and the label of the entry. */
export function podIdentity(serviceAccount: string): PodIdentity {
    const name = "spiffe-workload-api";
    return {
        // The driver refuses a volume that is not read-only.
        volumes: [{ name, csi: { driver: CSI_DRIVER_NAME, readOnly: true } }],
        volumeMounts: [{ name, mountPath: WORKLOAD_SOCKET_DIR, readOnly: true }],
        env: [{ name: "SPIFFE_ENDPOINT_SOCKET", value: WORKLOAD_ENDPOINT }],
        labels: { [IDENTITY_LABEL]: serviceAccount },
    };
}

/**
 * A SPIFFE identity for the pods of one ServiceAccount. Its `pod` is what `Workload` takes as `identity`.
 *
 * Creates: a ClusterSPIFFEID.
 */
export class WorkloadIdentity extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:spire:WorkloadIdentity";
    /** What the pods carry. */
    public readonly pod: PodIdentity;

    constructor(name: string, args: WorkloadIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
        super(WorkloadIdentity.__pulumiType, name, args, opts);
        const { settings } = completed(this, name, object({ settings: spireSettings }), { settings: args.settings });
        refuse(this, name, workloadIdentityFaults(args, settings));
        new k8s.apiextensions.CustomResource(
            `${name}-entry`,
            {
                apiVersion: SPIRE_API_VERSION,
                kind: "ClusterSPIFFEID",
                metadata: { name: `${args.namespace}-${args.serviceAccount}` },
                spec: clusterSpiffeIdSpec(args, settings),
            },
            { parent: this },
        );
        this.pod = podIdentity(args.serviceAccount);
        this.registerOutputs({});
    }
}
