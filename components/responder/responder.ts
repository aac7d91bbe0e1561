import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { accessFaults } from "../access";
import { boundPolicies } from "../bounds";
import { serviceLabels, serviceSelector } from "../deployment";
import { FoundationService } from "../foundation-service";
import { ClusterRights, LocalRights } from "../grants";
import { AllowedFlows } from "../network/network";
import { refuse } from "../refuse";
import type { Surroundings } from "../shared";
import type { SpireSettings } from "../spire/model";
import { WorkloadIdentity } from "../spire/workload-identity";
import { boundSpecs } from "./bounds";
import { responderFlows } from "./flows";
import { policyText, protectedNamespaces } from "./policy";
import { quarantine } from "./quarantine";
import {
    CLUSTER_RULES,
    DENY_LIST,
    LEADER_LABEL,
    LIST_RULES,
    OWN_RULES,
    PEOPLE,
    RESPONDER,
    RESPONDERS_RULES,
} from "./rights";
import { POLICY_MAP, PORTS, responderService } from "./service";
import type { ResponderSettings } from "./settings";

export interface ResponderArgs extends Surroundings {
    readonly settings: ResponderSettings;
    readonly spire: SpireSettings;
    /** Namespace of falcosidekick, where there is one. */
    readonly falcosidekick: string | undefined;
}

/** Service of the replica that leads: where events are sent to. */
const WEBHOOK = "responder-webhook";

/** Where falcosidekick sends events to. */
export function falcoWebhook({ namespace }: Pick<ResponderSettings, "namespace">): string {
    return `https://${WEBHOOK}.${namespace}.svc:${PORTS.webhook}/falco`;
}

/**
 * Why the responder can't be deployed, if it can't; one line each.
 *
 * @param project the prefix of the settings, as faults name them
 */
export function responderFaults(
    { settings, spire, images, falcosidekick }: Pick<ResponderArgs, "settings" | "spire" | "images" | "falcosidekick">,
    project: string,
): readonly string[] {
    const path = `${project}:responder`;
    const id = `spiffe://${spire.trustDomain}/ns/${settings.namespace}/sa/${RESPONDER}`;
    const administrates = spire.server.adminIds.includes(id);
    return [
        ...images.faults(["responder"]),
        ...(settings.spireAdministrator && !administrates
            ? [`${path}.spireAdministrator needs ${project}:spire.server.adminIds to hold ${id}`]
            : []),
        ...(administrates && !settings.spireAdministrator
            ? [
                  `${project}:spire.server.adminIds holds ${id}, and ${path}.spireAdministrator is not set; set it, or remove the ID`,
              ]
            : []),
        ...(settings.denyLists.includes(settings.namespace)
            ? [`${path}.denyLists holds ${settings.namespace}, its own namespace, where the list is anyway; remove it`]
            : []),
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
    { namespace, responders, denyLists }: ResponderSettings,
    own: pulumi.CustomResourceOptions,
): readonly pulumi.Resource[] {
    const itself = { name: RESPONDER, account: RESPONDER, accountNamespace: namespace };
    const people = { name: PEOPLE, groups: responders, namespace, rules: RESPONDERS_RULES };
    return [
        new ClusterRights(`${name}-cluster-rights`, { ...itself, rules: CLUSTER_RULES }, own),
        new LocalRights(`${name}-rights`, { ...itself, namespace, rules: OWN_RULES }, own),
        ...denyLists.map(
            (list) => new LocalRights(`${name}-${list}-rights`, { ...itself, namespace: list, rules: LIST_RULES }, own),
        ),
        ...(responders.length === 0 ? [] : [new LocalRights(`${name}-people-rights`, people, own)]),
    ];
}

/**
 * What contains incidents: it takes events by mutual TLS, and acts within its policy and its bounds.
 *
 * Creates: the definition of SecurityIncident, flows, a ClusterSPIFFEID, roles and their bindings, admission policies that bound
 * them, the policy and the list of refused identities as ConfigMaps, a FoundationService, and the Service of the leading replica; where
 * the network engine has policies that deny, the one that closes the network of pods in quarantine.
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
            metadata: { readonly name: string; readonly namespace: string },
            data: Readonly<Record<string, string>>,
            ignoreChanges: string[] = [],
        ) =>
            new k8s.core.v1.ConfigMap(
                `${name}-${suffix}`,
                { metadata: { ...metadata, labels }, data },
                { ...own, ignoreChanges },
            );
        const policy = map("policy", { name: POLICY_MAP, namespace }, { "policy.yaml": policyText(settings) });
        const closed = quarantine(name, args, labels, own);
        // The responder writes them from then on: only their being there is this program's.
        const denied = [namespace, ...settings.denyLists].map((list) =>
            map(
                list === namespace ? "deny-list" : `${list}-deny-list`,
                { name: DENY_LIST, namespace: list },
                { "deny.yaml": "deny: []\n" },
                ["data"],
            ),
        );
        new FoundationService(
            name,
            { ...responderService(identity.pod, { ...args, ...image }), namespace },
            {
                ...own,
                dependsOn: [
                    definition,
                    flows,
                    identity,
                    policy,
                    ...denied,
                    ...rights(name, settings, own),
                    ...bounds,
                    ...closed,
                ],
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
