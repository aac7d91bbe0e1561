import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { accessFaults } from "../access";
import { boundPolicies } from "../bounds";
import type { ServiceSpec } from "../deployment";
import { serviceLabels, serviceSelector } from "../deployment";
import { SIDEKICK } from "../falco/sidekick";
import { FoundationService } from "../foundation-service";
import { ClusterRights, LocalRights } from "../grants";
import type { Flow, Peer } from "../network/flows";
import { AllowedFlows } from "../network/network";
import { apiServerFlow, dnsFlow, metricsFlow } from "../network/standard";
import { refuse } from "../refuse";
import type { Surroundings } from "../shared";
import { NAMESPACE as SPIRE } from "../spire/layout";
import type { SpireSettings } from "../spire/model";
import { WorkloadIdentity } from "../spire/workload-identity";
import type { PodIdentity } from "../workload";
import { boundSpecs } from "./bounds";
import { policyText, protectedNamespaces } from "./policy";
import { CLUSTER_RULES, DENY_LIST, LEADER_LABEL, OWN_RULES, PEOPLE, RESPONDER, RESPONDERS_RULES } from "./rights";
import type { ResponderSettings } from "./settings";

export interface ResponderArgs extends Surroundings {
    readonly settings: ResponderSettings;
    readonly spire: SpireSettings;
    /** Namespace of falcosidekick, where there is one. */
    readonly falcosidekick: string | undefined;
}

/** Service of the replica that leads: where events are sent to. */
const WEBHOOK = "responder-webhook";

/** Ports of the responder; see responder/README.md. */
const PORTS = { webhook: 8443, http: 8080 } as const;

/** Secret with the senders' authority and what is shown to them: `ca.crt`, `tls.crt`, `tls.key`. */
const SENDERS_SECRET = "responder-tls";

/** ConfigMap with the policy file. */
const POLICY_MAP = "responder-policy";

const PATHS = { policy: "/etc/responder", senders: "/etc/responder-senders", evidence: "/evidence" } as const;

const pods = (namespace: string): Extract<Peer, { kind: "pods" }> => ({
    kind: "pods",
    namespace,
    labels: serviceSelector(RESPONDER),
});

/** Where falcosidekick sends events to. */
export function falcoWebhook({ namespace }: Pick<ResponderSettings, "namespace">): string {
    return `https://${WEBHOOK}.${namespace}.svc:${PORTS.webhook}/falco`;
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

/**
 * Why the responder can't be deployed, if it can't; one line each.
 *
 * @param project the prefix of the settings, as faults name them
 */
export function responderFaults(
    { settings, images, falcosidekick }: Pick<ResponderArgs, "settings" | "images" | "falcosidekick">,
    project: string,
): readonly string[] {
    const path = `${project}:responder`;
    return [
        ...images.faults(["responder"]),
        ...(falcosidekick === undefined && settings.alertmanager === undefined
            ? [
                  `${path}.enabled needs somebody who tells it of events; set ${project}:falco.sidekick or ${path}.alertmanager`,
              ]
            : []),
        ...accessFaults(
            settings.responders.map((group) => ({ role: PEOPLE, group })),
            `${path}.responders`,
        ),
    ];
}

/** Rights of the responder itself, and of the people who answer for incidents. */
function rights(
    name: string,
    { namespace, responders }: ResponderSettings,
    own: pulumi.CustomResourceOptions,
): readonly pulumi.Resource[] {
    const itself = { name: RESPONDER, account: RESPONDER, accountNamespace: namespace };
    const people = { name: PEOPLE, groups: responders, namespace, rules: RESPONDERS_RULES };
    return [
        new ClusterRights(`${name}-cluster-rights`, { ...itself, rules: CLUSTER_RULES }, own),
        new LocalRights(`${name}-rights`, { ...itself, namespace, rules: OWN_RULES }, own),
        ...(responders.length === 0 ? [] : [new LocalRights(`${name}-people-rights`, people, own)]),
    ];
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
        refuse(this, name, responderFaults(args, pulumi.getProject()));
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
        const bounds = boundPolicies(name, boundSpecs(namespace, protectedNamespaces(settings)), this);
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
            {
                ...own,
                dependsOn: [definition, flows, identity, policy, denied, ...rights(name, settings, own), ...bounds],
            },
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
}

/** The definition of SecurityIncident; `responder/test/knowledge.spec.ts` holds the file to what the responder writes. */
function incidentDefinition(): k8s.apiextensions.v1.CustomResourceDefinitionArgs {
    return JSON.parse(
        readFileSync(join(__dirname, "security-incident.json"), "utf8"),
    ) as k8s.apiextensions.v1.CustomResourceDefinitionArgs;
}
