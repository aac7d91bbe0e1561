import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { load } from "js-yaml";

import type { ServiceSpec } from "../deployment";
import { serviceLabels, serviceSelector } from "../deployment";
import { SIDEKICK } from "../falco/sidekick";
import { FoundationService } from "../foundation-service";
import type { Images } from "../images";
import type { Flow, Peer } from "../network/flows";
import { AllowedFlows } from "../network/network";
import { apiServerFlow, dnsFlow, metricsFlow } from "../network/standard";
import { refuse } from "../refuse";
import type { Surroundings } from "../shared";
import { NAMESPACE as SPIRE } from "../spire/layout";
import type { SpireSettings } from "../spire/model";
import { WorkloadIdentity } from "../spire/workload-identity";
import type { PodIdentity } from "../workload";
import { toYaml } from "../yaml";
import { boundSpec, decisionsSpec, responderBounds } from "./bounds";
import { CLUSTER_RULES, DENY_LIST, LEADER_LABEL, OWN_RULES, RESPONDERS_RULES } from "./rights";
import type { ResponderSettings } from "./settings";

export interface ResponderArgs extends Surroundings {
    readonly settings: ResponderSettings;
    readonly spire: SpireSettings;
    /** Namespace of falcosidekick, where there is one. */
    readonly falcosidekick: string | undefined;
}

/** Name of the Deployment, its Services and its ServiceAccount. */
export const RESPONDER = "responder";

/** Service of the replica that leads: where events are sent to. */
const WEBHOOK = "responder-webhook";

/** Ports of the responder; see responder/README.md. */
const PORTS = { webhook: 8443, http: 8080 } as const;

/** Secret with the senders' authority and what is shown to them: `ca.crt`, `tls.crt`, `tls.key`. */
const SENDERS_SECRET = "responder-tls";

/** ConfigMap with the policy file. */
const POLICY_MAP = "responder-policy";

const PATHS = { policy: "/etc/responder", senders: "/etc/responder-senders", evidence: "/evidence" } as const;
const API_GROUP = "rbac.authorization.k8s.io";

const pods = (namespace: string): Extract<Peer, { kind: "pods" }> => ({
    kind: "pods",
    namespace,
    labels: serviceSelector(RESPONDER),
});

/** Where falcosidekick sends events to. */
export function webhookAddress(
    { namespace }: Pick<ResponderSettings, "namespace">,
    path: "falco" | "alertmanager",
): string {
    return `https://${WEBHOOK}.${namespace}.svc:${PORTS.webhook}/${path}`;
}

/** The policy file: what is shipped, with the stack's mode. */
export function policyText({ mode, killSwitch }: Pick<ResponderSettings, "mode" | "killSwitch">): string {
    const shipped = load(readFileSync(join(__dirname, "policy.yaml"), "utf8")) as object;
    return toYaml({ ...shipped, mode, killSwitch });
}

/** Namespaces that nothing is changed in: the policy's, and those of what everything leans on. */
function protectedNamespaces(settings: ResponderSettings): readonly string[] {
    const { guards } = load(policyText(settings)) as {
        readonly guards: { readonly protectedNamespaces: readonly string[] };
    };
    return ["kube-system", SPIRE, ...guards.protectedNamespaces];
}

/** Events in, the API server out; beside that, name resolution and metrics. */
export function responderFlows(args: Omit<ResponderArgs, "spire" | "images">): readonly Flow[] {
    const { settings, falcosidekick, cluster, monitoring } = args;
    const responder = pods(settings.namespace);
    const events = {
        reason: "Tells the responder what has happened.",
        to: responder,
        ports: [{ port: PORTS.webhook }],
    };
    return [
        ...(falcosidekick === undefined
            ? []
            : [
                  {
                      ...events,
                      name: "responder-falcosidekick",
                      from: { kind: "pods", namespace: falcosidekick, labels: serviceSelector(SIDEKICK) } as const,
                  },
              ]),
        ...(settings.alertmanager === undefined
            ? []
            : [
                  {
                      ...events,
                      name: "responder-alertmanager",
                      from: {
                          kind: "foreign",
                          namespace: settings.alertmanager.namespace,
                          labels: { "app.kubernetes.io/name": "alertmanager" },
                      } as const,
                  },
              ]),
        apiServerFlow(responder, cluster, "Looks pods up, keeps incidents and carries actions out.", "responder-api"),
        dnsFlow(responder, cluster, "responder-dns"),
        metricsFlow(responder, monitoring, PORTS.http, "responder-metrics"),
    ];
}

/** The responder as a service: restricted, two replicas of which one leads. */
function responderService(
    identity: PodIdentity,
    args: Pick<ResponderArgs, "settings" | "falcosidekick"> & { readonly image: string; readonly version: string },
): ServiceSpec {
    const { settings, falcosidekick, image, version } = args;
    const trustDomain = new URL(settings.falcosidekick).hostname;
    const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
    return {
        app: RESPONDER,
        version,
        image,
        args: [],
        apiToken: true,
        identity,
        env: [
            field("RESPONDER_NAMESPACE", "metadata.namespace"),
            field("RESPONDER_POD", "metadata.name"),
            { name: "RESPONDER_POLICY", value: `${PATHS.policy}/policy.yaml` },
            { name: "RESPONDER_PROTECTED_NAMESPACES", value: SPIRE },
            { name: "RESPONDER_DENY_LIST", value: DENY_LIST },
            { name: "RESPONDER_SENDER_AUTHORITY", value: `${trustDomain}=${PATHS.senders}` },
            ...(falcosidekick === undefined
                ? []
                : [{ name: "RESPONDER_FALCO_SENDERS", value: settings.falcosidekick }]),
            ...(settings.alertmanager === undefined
                ? []
                : [{ name: "RESPONDER_ALERTMANAGER_SENDERS", value: settings.alertmanager.spiffeId }]),
            { name: "RESPONDER_EVIDENCE", value: PATHS.evidence },
        ],
        ports: PORTS,
        readiness: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 10 },
        liveness: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 20, failureThreshold: 3 },
        volumes: [
            { name: "policy", configMap: { name: POLICY_MAP, defaultMode: 0o440 } },
            { name: "senders", secret: { secretName: SENDERS_SECRET, defaultMode: 0o440 } },
            { name: "evidence", emptyDir: { sizeLimit: "128Mi" } },
        ],
        volumeMounts: [
            { name: "policy", mountPath: PATHS.policy, readOnly: true },
            { name: "senders", mountPath: PATHS.senders, readOnly: true },
            { name: "evidence", mountPath: PATHS.evidence },
        ],
        resources: { cpu: settings.cpu, memory: settings.memory },
    };
}

/** Why the responder can't be deployed, if it can't. */
export function responderFaults(
    settings: ResponderSettings,
    images: Images,
    falcosidekick: string | undefined,
): readonly string[] {
    const faults: string[] = [];
    try {
        images.ref("responder");
    } catch (error) {
        faults.push(error instanceof Error ? error.message : String(error));
    }
    if (falcosidekick === undefined && settings.alertmanager === undefined) {
        faults.push(
            "responder.enabled needs somebody who tells it of events: falco.sidekick or responder.alertmanager",
        );
    }
    return faults;
}

/**
 * What contains incidents: it takes events by mutual TLS, and acts within its policy and its bounds.
 *
 * Creates: the definition of SecurityIncident, flows, a ClusterSPIFFEID, roles and their bindings, admission policies that bound
 * them, the policy and the list of refused identities as ConfigMaps, a FoundationService, and the Service of the leading replica.
 */
export class Responder extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:responder:Responder";

    constructor(name: string, args: ResponderArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Responder.__pulumiType, name, args, opts);
        const { settings, spire, images } = args;
        const { namespace } = settings;
        refuse(this, name, responderFaults(settings, images, args.falcosidekick));
        const own = { parent: this };
        const image = { image: images.ref("responder"), version: images.tag("responder") };
        const labels = serviceLabels(RESPONDER, image.version);
        const definition = new k8s.apiextensions.v1.CustomResourceDefinition(
            `${name}-definition`,
            incidentDefinition(),
            own,
        );
        const flows = new AllowedFlows(`${name}-network`, { flows: responderFlows(args) }, own);
        const identity = new WorkloadIdentity(
            `${name}-identity`,
            { settings: spire, namespace, serviceAccount: RESPONDER },
            own,
        );
        const roles = this.roles(name, settings, labels);
        const bounds = this.bounds(name, settings);
        const map = (
            suffix: string,
            mapName: string,
            data: Readonly<Record<string, string>>,
            ignoreChanges: string[] = [],
        ) =>
            new k8s.core.v1.ConfigMap(
                `${name}-${suffix}`,
                { metadata: { name: mapName, namespace, labels }, data },
                { ...own, ignoreChanges },
            );
        const policy = map("policy", POLICY_MAP, { "policy.yaml": policyText(settings) });
        // The responder writes it from then on: only its being there is this program's.
        const denied = map("deny-list", DENY_LIST, { "deny.yaml": "deny: []\n" }, ["data"]);
        new FoundationService(
            name,
            { ...responderService(identity.pod, { ...args, ...image }), namespace },
            { ...own, dependsOn: [definition, flows, identity, policy, denied, ...roles, ...bounds] },
        );
        new k8s.core.v1.Service(
            `${name}-webhook`,
            {
                metadata: { name: WEBHOOK, namespace, labels },
                spec: {
                    type: "ClusterIP",
                    selector: { ...serviceSelector(RESPONDER), [LEADER_LABEL]: "true" },
                    ports: [{ name: "webhook", port: PORTS.webhook, targetPort: "webhook" }],
                },
            },
            own,
        );
        this.registerOutputs({});
    }

    /** Roles of the responder itself, and of the people who answer for incidents. */
    private roles(
        name: string,
        settings: ResponderSettings,
        labels: Readonly<Record<string, string>>,
    ): readonly pulumi.Resource[] {
        const { namespace, responders } = settings;
        const own = { parent: this };
        const account = [{ kind: "ServiceAccount", name: RESPONDER, namespace }];
        const clusterWide = { name: RESPONDER, labels };
        const local = { ...clusterWide, namespace };
        const people = { ...local, name: "incident-responders" };
        const roleRef = (kind: string, role: string) => ({ apiGroup: API_GROUP, kind, name: role });
        return [
            new k8s.rbac.v1.ClusterRole(
                `${name}-cluster-role`,
                { metadata: clusterWide, rules: [...CLUSTER_RULES] },
                own,
            ),
            new k8s.rbac.v1.ClusterRoleBinding(
                `${name}-cluster-binding`,
                { metadata: clusterWide, roleRef: roleRef("ClusterRole", RESPONDER), subjects: account },
                own,
            ),
            new k8s.rbac.v1.Role(`${name}-role`, { metadata: local, rules: [...OWN_RULES] }, own),
            new k8s.rbac.v1.RoleBinding(
                `${name}-binding`,
                { metadata: local, roleRef: roleRef("Role", RESPONDER), subjects: account },
                own,
            ),
            ...(responders.length === 0
                ? []
                : [
                      new k8s.rbac.v1.Role(
                          `${name}-people-role`,
                          { metadata: people, rules: [...RESPONDERS_RULES] },
                          own,
                      ),
                      new k8s.rbac.v1.RoleBinding(
                          `${name}-people-binding`,
                          {
                              metadata: people,
                              roleRef: roleRef("Role", people.name),
                              subjects: responders.map((group) => ({
                                  kind: "Group",
                                  name: group,
                                  apiGroup: API_GROUP,
                              })),
                          },
                          own,
                      ),
                  ]),
        ];
    }

    /** What the responder's account may change, and in whose name people decide. */
    private bounds(name: string, settings: ResponderSettings): readonly pulumi.Resource[] {
        const account = `system:serviceaccount:${settings.namespace}:${RESPONDER}`;
        const specs = [
            ...responderBounds(settings.namespace, protectedNamespaces(settings)).map(
                (bound) => [bound.name, boundSpec(bound, account)] as const,
            ),
            ["responder-decisions", decisionsSpec()] as const,
        ];
        return specs.flatMap(([policyName, spec]) => {
            const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
                `${name}-bound-${policyName}`,
                { metadata: { name: policyName }, spec },
                { parent: this },
            );
            return [
                policy,
                new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
                    `${name}-bound-${policyName}-binding`,
                    { metadata: { name: policyName }, spec: { policyName, validationActions: ["Deny", "Audit"] } },
                    { parent: this, dependsOn: [policy] },
                ),
            ];
        });
    }
}

/** The definition of SecurityIncident; `responder/test/knowledge.spec.ts` holds the file to what the responder writes. */
function incidentDefinition(): k8s.apiextensions.v1.CustomResourceDefinitionArgs {
    return JSON.parse(
        readFileSync(join(__dirname, "security-incident.json"), "utf8"),
    ) as k8s.apiextensions.v1.CustomResourceDefinitionArgs;
}
