import { readFileSync } from "node:fs";

import { load } from "js-yaml";

import { LIST_RULES } from "../../../components/responder/rights";
import { policyText } from "../../../components/responder/policy";
import { toYaml } from "../../../components/yaml";
import { SPIRE_CRDS } from "../../../components/spire/crds";
import { CSI_DRIVER_NAME } from "../../../components/spire/layout";
import { DENY_KEY, denyPolicy } from "../../../responder/src/execute/denylist.js";
import { NODE_NAME } from "../harness/control-plane";
import type { KubernetesObject } from "../harness/kubectl";
import { NAMESPACE, rights } from "./responder-objects";
import { talkers } from "./talkers";

/** Where the recordings happen. */
export const SHOP = "shop";
export const REPLICAS = 3;
/** What comes within this time of each other is one incident; between the tests' own there is more. */
export const WINDOW_SECONDS = 5;
const REGISTRATIONS = "clusterspiffeids.spire.spiffe.io";

/** The shipped policy, with budgets and times that let a dozen incidents follow each other, and what only a person may do. */
export function policy(): string {
    const shipped = load(policyText({ mode: "act", killSwitch: false })) as {
        guards: object;
        rules: readonly object[];
    };
    return toYaml({
        ...shipped,
        window: `${WINDOW_SECONDS}s`,
        guards: {
            ...shipped.guards,
            actionsPerHour: 100,
            coolDown: "1s",
            mayLoseLastReplica: [{ namespace: SHOP, kind: "Deployment", name: "client" }],
        },
        rules: [
            ...shipped.rules,
            {
                name: "intruder-who-stays",
                explanation: "What is connected already is cut by the end of the pod alone.",
                match: { rules: ["Intruder"] },
                actions: [{ type: "isolate" }, { type: "terminate" }],
            },
            {
                name: "identity-of-a-stranger",
                explanation: "Peers refuse the identity until somebody has looked.",
                match: { rules: ["Identity"] },
                actions: [{ type: "revoke-identity", scope: "identity" }],
            },
        ],
    });
}

/** Everybody may talk to everybody, as long as the labels are on. */
const OPEN: KubernetesObject = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "open", namespace: SHOP },
    spec: {
        podSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] },
        policyTypes: ["Ingress", "Egress"],
        ingress: [{}],
        egress: [{}],
    },
};

/** All that has to be on the cluster beside the bounds of admission. */
export function objects(): readonly KubernetesObject[] {
    const namespaces = [NAMESPACE, SHOP, "falco"].map((name) => ({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name },
    }));
    const group = "rbac.authorization.k8s.io";
    const metadata = { name: "responder-list", namespace: SHOP };
    return [
        ...namespaces,
        {
            apiVersion: "storage.k8s.io/v1",
            kind: "CSIDriver",
            metadata: { name: CSI_DRIVER_NAME },
            spec: { attachRequired: false, podInfoOnMount: true, volumeLifecycleModes: ["Ephemeral"] },
        },
        {
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            metadata: { name: REGISTRATIONS },
            spec: SPIRE_CRDS[REGISTRATIONS],
        },
        JSON.parse(readFileSync("components/responder/security-incident.json", "utf8")) as KubernetesObject,
        ...rights(),
        { apiVersion: `${group}/v1`, kind: "Role", metadata, rules: LIST_RULES },
        {
            apiVersion: `${group}/v1`,
            kind: "RoleBinding",
            metadata,
            subjects: [{ kind: "ServiceAccount", name: "responder", namespace: NAMESPACE }],
            roleRef: { apiGroup: group, kind: "Role", name: metadata.name },
        },
        ...[NAMESPACE, SHOP].map((namespace) => ({
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "revoked-identities", namespace },
            data: { [DENY_KEY]: denyPolicy([]) },
        })),
        OPEN,
        {
            apiVersion: "spire.spiffe.io/v1alpha1",
            kind: "ClusterSPIFFEID",
            metadata: { name: "talkers" },
            spec: {
                spiffeIDTemplate:
                    "spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}",
                podSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] },
            },
        },
        ...talkers(SHOP, "web", REPLICAS),
        ...talkers(SHOP, "desk", 1),
        ...talkers(SHOP, "guest", 1),
        ...talkers(SHOP, "client", 1),
        {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "falco-0", namespace: "falco" },
            spec: {
                nodeName: NODE_NAME,
                containers: [{ name: "main", image: "localhost/pause:1", imagePullPolicy: "Never" }],
            },
        },
    ];
}
