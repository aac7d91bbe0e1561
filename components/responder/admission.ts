import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { boundSpecs } from "./bounds";
import { protectedNamespaces } from "./policy";
import type { ResponderSettings } from "./settings";

/** The policies, and their bindings, of what the responder's account may change and in whose name people decide. */
export function boundPolicies(
    name: string,
    settings: ResponderSettings,
    parent: pulumi.Resource,
): readonly pulumi.Resource[] {
    const specs = boundSpecs(settings.namespace, protectedNamespaces(settings));
    return Object.entries(specs).flatMap(([policyName, spec]) => {
        const metadata = { name: policyName };
        const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
            `${name}-bound-${policyName}`,
            { metadata, spec },
            { parent },
        );
        const binding = new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
            `${name}-bound-${policyName}-binding`,
            { metadata, spec: { policyName, validationActions: ["Deny", "Audit"] } },
            { parent, dependsOn: [policy] },
        );
        return [policy, binding];
    });
}
