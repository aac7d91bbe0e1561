import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { ClusterSettings } from "../cluster/settings";
import { engineOf } from "../cluster/settings";
import type { ResponderSettings } from "./settings";
import { QUARANTINE_LABEL, QUARANTINE_POLICY } from "./rights";

/** Of each network engine with policies that deny: the one that does so for every pod in quarantine, whatever else allows. */
const DENIALS = {
    // A denial goes before whatever any policy allows (Cilium, "Deny Policies").
    cilium: {
        apiVersion: "cilium.io/v2",
        kind: "CiliumClusterwideNetworkPolicy",
        spec: {
            description: "Pods in quarantine have no network.",
            endpointSelector: { matchExpressions: [{ key: QUARANTINE_LABEL, operator: "Exists" }] },
            ingressDeny: [{ fromEntities: ["all"] }],
            egressDeny: [{ toEntities: ["all"] }],
        },
    },
    // Within a tier the policy of the lowest order decides first (Calico, "Global network policy").
    calico: {
        apiVersion: "projectcalico.org/v3",
        kind: "GlobalNetworkPolicy",
        spec: {
            order: -1000,
            selector: `has(${QUARANTINE_LABEL})`,
            types: ["Ingress", "Egress"],
            ingress: [{ action: "Deny" }],
            egress: [{ action: "Deny" }],
        },
    },
} as const;

/** The network engines that have one. */
export type DenyingEngine = keyof typeof DENIALS;

/** The cluster's network engine, if its policies can deny and are to do so. */
export function denyingEngine(
    cluster: ClusterSettings,
    { quarantine: by }: Pick<ResponderSettings, "quarantine">,
): DenyingEngine | undefined {
    const engine = engineOf(cluster);
    return engine === "kubernetes" || by === "labels" ? undefined : engine;
}

/**
 * What closes the network of every pod in quarantine at the cluster's engine. It is part of the deployment and not of an incident, so
 * that the responder needs no right to policies that could deny others anything.
 */
export function quarantine(
    name: string,
    { cluster, settings }: { readonly cluster: ClusterSettings; readonly settings: ResponderSettings },
    labels: Readonly<Record<string, string>>,
    own: pulumi.CustomResourceOptions,
): readonly pulumi.Resource[] {
    const engine = denyingEngine(cluster, settings);
    return engine === undefined
        ? []
        : [
              new k8s.apiextensions.CustomResource(
                  `${name}-quarantine`,
                  { ...DENIALS[engine], metadata: { name: QUARANTINE_POLICY, labels } },
                  own,
              ),
          ];
}
