import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { OWNER } from "../deployment";
import { refuse } from "../refuse";
import type { Admitted } from "./expressions";
import { admissionFaults, bindingSpecs, policyName, policySpec, selectedFor, twins } from "./policies";
import type { AdmissionSettings } from "./settings";

export interface AdmissionArgs {
    readonly settings: AdmissionSettings;
    /** The namespaces in which the controls are enforced: those this program closes. */
    readonly namespaces: readonly string[];
    /** What components of the stack need excepted, and its accepted risks; what they cover is admitted. */
    readonly admitted: readonly Admitted[];
    /**
     * Leaves out what is outside of namespaces: another stack speaks for the cluster.
     * @default false
     */
    readonly namespacedOnly?: boolean;
}

/**
 * The controls of the policy pack once more, in the cluster: what is not deployed by this program is held to them too.
 *
 * Creates: for each control that Common Expression Language can say, a ValidatingAdmissionPolicy and its bindings.
 */
export class Admission extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:admission:Admission";

    constructor(name: string, args: AdmissionArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Admission.__pulumiType, name, args, opts);
        const project = pulumi.getProject();
        const selected = selectedFor(args.settings);
        refuse(this, name, admissionFaults(args.settings, selected));
        const { namespaces, namespacedOnly = false } = args;
        for (const twin of twins(args.settings, selected)) {
            const bindings = Object.entries(bindingSpecs(twin, namespaces, project)).filter(
                ([suffix]) => suffix === "" || !namespacedOnly,
            );
            if (bindings.length === 0) {
                continue;
            }
            const metadata = { name: policyName(project, twin.control), labels: { owner: OWNER } };
            const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
                `${name}-${twin.control.name}`,
                { metadata, spec: policySpec(twin, args.admitted, args.settings.exemptUsers) },
                { parent: this },
            );
            for (const [suffix, spec] of bindings) {
                new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
                    `${name}-${twin.control.name}-binding${suffix}`,
                    { metadata: { ...metadata, name: `${metadata.name}${suffix}` }, spec },
                    { parent: this, dependsOn: [policy] },
                );
            }
        }
        this.registerOutputs({});
    }
}
