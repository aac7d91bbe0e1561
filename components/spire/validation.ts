import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { boundPolicies, boundSpec, byAccounts, WEBHOOK_AUTHORITY } from "../bounds";
import { WEBHOOK_CONFIGURATION } from "./config/controller-manager";
import { SPIRE_GROUP } from "./crds";
import { NAMESPACE, SERVER } from "./layout";
import type { SpireSettings } from "./model";
import { WEBHOOK_SERVICE } from "./server";

export interface EntryValidationArgs {
    readonly settings: SpireSettings;
}

type PolicySpec = k8s.types.input.admissionregistration.v1.ValidatingAdmissionPolicySpec;

const rules = (resource: string): k8s.types.input.admissionregistration.v1.NamedRuleWithOperations[] => [
    { apiGroups: [SPIRE_GROUP], apiVersions: ["v1alpha1"], operations: ["CREATE", "UPDATE"], resources: [resource] },
];

/** True where a trust domain's name is well formed. */
const TRUST_DOMAIN = "^[a-z0-9._-]{1,255}$";

/**
 * What the controller manager's own webhook checks of a ClusterSPIFFEID, as far as it can be said without running Go
 * templates: a template that starts like a SPIFFE ID, durations, trust domain names. In addition, that pods or
 * namespaces are selected at all.
 */
export function clusterSpiffeIdPolicy(): PolicySpec {
    const durations = ["ttl", "jwtTtl"].map((field) => ({
        expression: `!has(object.spec.${field}) || object.spec.${field}.matches("^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$")`,
        message: `spec.${field} must be a duration such as 90s, 5m or 24h.`,
    }));
    const selects = (field: string): string =>
        `(has(object.spec.${field}) && ((has(object.spec.${field}.matchLabels) && size(object.spec.${field}.matchLabels) > 0) || (has(object.spec.${field}.matchExpressions) && size(object.spec.${field}.matchExpressions) > 0)))`;
    return {
        failurePolicy: "Fail",
        matchConstraints: { resourceRules: rules("clusterspiffeids") },
        validations: [
            {
                expression: `object.spec.spiffeIDTemplate.startsWith("spiffe://")`,
                message: "spec.spiffeIDTemplate must start with spiffe://.",
            },
            ...durations,
            {
                expression: `!has(object.spec.federatesWith) || object.spec.federatesWith.all(name, name.matches("${TRUST_DOMAIN}"))`,
                message: "spec.federatesWith must hold names of trust domains.",
            },
            {
                expression: `${selects("podSelector")} || ${selects("namespaceSelector")}`,
                message:
                    "spec.podSelector or spec.namespaceSelector must select by something: without both, every pod of the cluster would get the identity.",
            },
        ],
    };
}

/** What the webhook checks of a ClusterFederatedTrustDomain: the name, the URL, and an ID that belongs to the profile. */
export function federatedTrustDomainPolicy(): PolicySpec {
    const profile = "object.spec.bundleEndpointProfile";
    return {
        failurePolicy: "Fail",
        matchConstraints: { resourceRules: rules("clusterfederatedtrustdomains") },
        validations: [
            {
                expression: `object.spec.trustDomain.matches("${TRUST_DOMAIN}")`,
                message: "spec.trustDomain must be the name of a trust domain.",
            },
            {
                expression: `object.spec.bundleEndpointURL.matches("^https://[^@/]+(/[^@]*)?$")`,
                message: "spec.bundleEndpointURL must be an https URL without user information.",
            },
            {
                expression: `${profile}.type != "https_spiffe" || (has(${profile}.endpointSPIFFEID) && ${profile}.endpointSPIFFEID.startsWith("spiffe://"))`,
                message:
                    "spec.bundleEndpointProfile.endpointSPIFFEID must be a SPIFFE ID for the profile https_spiffe.",
            },
            {
                expression: `${profile}.type != "https_web" || !has(${profile}.endpointSPIFFEID)`,
                message: "spec.bundleEndpointProfile.endpointSPIFFEID has no meaning for the profile https_web.",
            },
        ],
    };
}

/** The webhook of the controller manager. It fills in its own CA at run time. */
function webhooks(): k8s.types.input.admissionregistration.v1.ValidatingWebhook[] {
    return [
        { name: "vclusterspiffeid.kb.io", resource: "clusterspiffeids", kind: "clusterspiffeid" },
        {
            name: "vclusterfederatedtrustdomain.kb.io",
            resource: "clusterfederatedtrustdomains",
            kind: "clusterfederatedtrustdomain",
        },
    ].map(({ name, resource, kind }) => ({
        name,
        admissionReviewVersions: ["v1"],
        // Until the manager has written its CA every call fails, and the program itself registers entries by then.
        failurePolicy: "Ignore",
        sideEffects: "None",
        timeoutSeconds: 5,
        rules: rules(resource),
        clientConfig: {
            service: {
                name: WEBHOOK_SERVICE,
                namespace: NAMESPACE,
                path: `/validate-spire-spiffe-io-v1alpha1-${kind}`,
                port: 443,
            },
        },
    }));
}

/**
 * Refuses entries that the controller manager could not use, before they are stored.
 *
 * Creates: two ValidatingAdmissionPolicies and their bindings, or the manager's ValidatingWebhookConfiguration, of which
 * the manager may fill in the authority only.
 */
export class EntryValidation extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:spire:EntryValidation";

    constructor(name: string, args: EntryValidationArgs, opts?: pulumi.ComponentResourceOptions) {
        super(EntryValidation.__pulumiType, name, args, opts);
        const { settings } = args;
        if (settings.controllerManager.validation === "webhook") {
            const by = byAccounts("by-the-controller-manager", NAMESPACE, [SERVER]);
            const bounds = boundPolicies(name, { "spire-webhook": boundSpec(WEBHOOK_AUTHORITY, { by }) }, this);
            new k8s.admissionregistration.v1.ValidatingWebhookConfiguration(
                `${name}-webhook`,
                { metadata: { name: WEBHOOK_CONFIGURATION }, webhooks: webhooks() },
                { parent: this, ignoreChanges: ["webhooks[*].clientConfig.caBundle"], dependsOn: [...bounds] },
            );
        } else {
            this.policy(name, "spire-cluster-spiffe-ids", clusterSpiffeIdPolicy());
            this.policy(name, "spire-federated-trust-domains", federatedTrustDomainPolicy());
        }
        this.registerOutputs({});
    }

    private policy(name: string, policyName: string, spec: PolicySpec): void {
        const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
            `${name}-${policyName}`,
            { metadata: { name: policyName }, spec },
            { parent: this },
        );
        new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
            `${name}-${policyName}-binding`,
            { metadata: { name: policyName }, spec: { policyName, validationActions: ["Deny"] } },
            { parent: this, dependsOn: [policy] },
        );
    }
}
