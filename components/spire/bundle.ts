import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { BUNDLE, LEAVING_ANNOTATION, NAMESPACE, TRUST_DOMAIN_ANNOTATION, VERSION_ANNOTATION } from "./layout";
import type { SpireSettings } from "./model";

export interface TrustBundleArgs {
    readonly settings: SpireSettings;
    /** Release of the servers. */
    readonly version: string;
}

/** What the ConfigMap says of the installation, so that the cluster itself can compare the old with the new. */
function bundleAnnotations({ settings, version }: TrustBundleArgs): Record<string, string> {
    return {
        [TRUST_DOMAIN_ANNOTATION]: settings.trustDomain,
        [VERSION_ANNOTATION]: version,
        ...(settings.leavingTrustDomain !== undefined && { [LEAVING_ANNOTATION]: settings.leavingTrustDomain }),
    };
}

const annotation = (object: string, key: string): string => `${object}.metadata.annotations["${key}"]`;
const says = (object: string, key: string): string =>
    `has(${object}.metadata.annotations) && "${key}" in ${object}.metadata.annotations`;
const minorOf = (object: string): string => `int(${annotation(object, VERSION_ANNOTATION)}.split(".")[1])`;
const majorOf = (object: string): string => `int(${annotation(object, VERSION_ANNOTATION)}.split(".")[0])`;

/**
 * Judges an update of the bundle ConfigMap by its annotations, whoever sends it: this program, a GitOps controller or a
 * person. Everything else of SPIRE depends on that ConfigMap, so a refusal comes before any server is touched; and since
 * the engine asks the API server during preview, it comes at preview.
 */
export function transitionPolicySpec(): k8s.types.input.admissionregistration.v1.ValidatingAdmissionPolicySpec {
    const old = "oldObject";
    return {
        failurePolicy: "Fail",
        matchConstraints: {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": NAMESPACE } },
            resourceRules: [
                { apiGroups: [""], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["configmaps"] },
            ],
        },
        matchConditions: [{ name: "bundle", expression: `object.metadata.name == "${BUNDLE}"` }],
        validations: [
            {
                expression: `!(${says(old, TRUST_DOMAIN_ANNOTATION)}) || (${says("object", TRUST_DOMAIN_ANNOTATION)})`,
                message: `The annotation ${TRUST_DOMAIN_ANNOTATION} must stay: it is how a change of the trust domain is noticed.`,
            },
            {
                expression: [
                    `!(${says(old, TRUST_DOMAIN_ANNOTATION)})`,
                    `!(${says("object", TRUST_DOMAIN_ANNOTATION)})`,
                    `${annotation("object", TRUST_DOMAIN_ANNOTATION)} == ${annotation(old, TRUST_DOMAIN_ANNOTATION)}`,
                    `(${says("object", LEAVING_ANNOTATION)} && ${annotation("object", LEAVING_ANNOTATION)} == ${annotation(old, TRUST_DOMAIN_ANNOTATION)})`,
                ].join(" || "),
                messageExpression: `"The trust domain would change from " + ${annotation(old, TRUST_DOMAIN_ANNOTATION)} + " to " + ${annotation("object", TRUST_DOMAIN_ANNOTATION)} + ". Every identity would be re-issued and every peer that trusts the old name would refuse its workloads. To confirm, set spire.leavingTrustDomain to " + ${annotation(old, TRUST_DOMAIN_ANNOTATION)} + "."`,
                message: "The trust domain would change; to confirm, set spire.leavingTrustDomain to the old one.",
            },
            {
                expression: [
                    `!(${says(old, VERSION_ANNOTATION)})`,
                    `!(${says("object", VERSION_ANNOTATION)})`,
                    `(${majorOf("object")} == ${majorOf(old)} && ${minorOf("object")} - ${minorOf(old)} <= 1 && ${minorOf(old)} - ${minorOf("object")} <= 1)`,
                ].join(" || "),
                messageExpression: `"SPIRE would go from " + ${annotation(old, VERSION_ANNOTATION)} + " to " + ${annotation("object", VERSION_ANNOTATION)} + ". Releases are taken one minor at a time, servers before agents."`,
                message: "SPIRE releases are taken one minor at a time, servers before agents.",
            },
        ],
    };
}

/**
 * The trust bundle's ConfigMap, which the servers fill and the agents read at their first attestation, and the guard against
 * a change of the trust domain or a skipped release.
 *
 * Guarantees: the bundle's content is never managed here, so no update can take trust away; and the stack can't be destroyed
 * before the ConfigMap's protection is given up, since its namespace would take it along.
 *
 * Creates: ConfigMap `spire-bundle`, ValidatingAdmissionPolicy `spire-transitions` and its binding.
 */
export class TrustBundle extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:spire:TrustBundle";

    constructor(name: string, args: TrustBundleArgs, opts?: pulumi.ComponentResourceOptions) {
        super(TrustBundle.__pulumiType, name, args, opts);
        new k8s.core.v1.ConfigMap(
            `${name}-configmap`,
            { metadata: { name: BUNDLE, namespace: NAMESPACE, annotations: bundleAnnotations(args) } },
            { parent: this, ignoreChanges: ["data"], retainOnDelete: true, protect: true },
        );
        const policyName = "spire-transitions";
        const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
            `${name}-transitions`,
            { metadata: { name: policyName }, spec: transitionPolicySpec() },
            { parent: this },
        );
        new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
            `${name}-transitions-binding`,
            { metadata: { name: policyName }, spec: { policyName, validationActions: ["Deny"] } },
            { parent: this, dependsOn: [policy] },
        );
        this.registerOutputs({});
    }
}
