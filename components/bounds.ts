import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { texts } from "../policies/engine/cel";

type PolicySpec = k8s.types.input.admissionregistration.v1.ValidatingAdmissionPolicySpec;
type Condition = k8s.types.input.admissionregistration.v1.MatchCondition;

/** What RBAC allows and nobody needs: it can't say which fields of an object may be changed. */
export interface Bound {
    readonly apiGroup: string;
    readonly apiVersion: string;
    readonly resource: string;
    readonly operations: readonly ("CREATE" | "UPDATE" | "DELETE")[];
    /** CEL, each with what is said when it is false. */
    readonly validations: readonly { readonly expression: string; readonly message: string }[];
}

/** Whose requests a bound is for. */
export interface Bounded {
    /**
     * CEL that holds for their requests, under a name.
     * @default everybody's
     */
    readonly by?: { readonly name: string; readonly expression: string };
    /**
     * The namespace whose objects it is for.
     * @default every one
     */
    readonly namespace?: pulumi.Input<string>;
}

/** `spec` of the ValidatingAdmissionPolicy of a bound. */
export function boundSpec(bound: Bound, { by, namespace }: Bounded = {}): PolicySpec {
    const { apiGroup, apiVersion, resource, operations, validations } = bound;
    const conditions: Condition[] = by === undefined ? [] : [by];
    return {
        failurePolicy: "Fail",
        matchConstraints: {
            matchPolicy: "Equivalent",
            ...(namespace !== undefined && {
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
            }),
            resourceRules: [
                {
                    apiGroups: [apiGroup],
                    apiVersions: [apiVersion],
                    resources: [resource],
                    operations: [...operations],
                    scope: "*",
                },
            ],
        },
        validations: validations.map((one) => ({ ...one, reason: "Forbidden" })),
        ...(conditions.length > 0 && { matchConditions: conditions }),
    };
}

/** Requests of service accounts of one namespace. */
export function byAccounts(name: string, namespace: string, accounts: readonly string[]): NonNullable<Bounded["by"]> {
    const users = [...accounts].sort().map((account) => `system:serviceaccount:${namespace}:${account}`);
    return { name, expression: `request.userInfo.username in ${texts(users)}` };
}

/** CEL: two maps are alike, but for the keys named. `first` and `second` are expressions without side effects, read several times. */
export function alikeBut(first: string, second: string, keys: readonly string[]): string {
    const left = `k in ${texts(keys)}`;
    return `(${first}.all(k, ${left} || (k in ${second} && ${first}[k] == ${second}[k])) && ${second}.all(k, ${left} || k in ${first}))`;
}

/** Of metadata, what the API server itself writes at each change. */
const BOOKKEEPING = ["managedFields", "resourceVersion", "generation"];

/** CEL: the object is as it was, but for the keys named at its top and for the API server's own notes. */
export function unchangedBut(keys: readonly string[], ofMetadata: readonly string[] = []): string {
    const whole = alikeBut("dyn(object)", "dyn(oldObject)", ["metadata", ...keys]);
    const metadata = alikeBut("dyn(object).metadata", "dyn(oldObject).metadata", [...BOOKKEEPING, ...ofMetadata]);
    return `${whole} && ${metadata}`;
}

/** A program that keeps a webhook's certificate fills in its authority, and turns the webhook to nobody else. */
export const WEBHOOK_AUTHORITY: Bound = {
    apiGroup: "admissionregistration.k8s.io",
    apiVersion: "v1",
    resource: "validatingwebhookconfigurations",
    operations: ["UPDATE"],
    validations: [
        {
            expression: `${unchangedBut(["webhooks"])} && object.?webhooks.orValue([]).size() == oldObject.?webhooks.orValue([]).size()`,
            message: "only the authority of a webhook may be filled in here; the configuration stays as it was",
        },
        {
            expression: `dyn(object).?webhooks.orValue([]).all(w, dyn(oldObject).?webhooks.orValue([]).exists(o, o.name == w.name && ${alikeBut("w", "o", ["clientConfig"])} && ${alikeBut("w.clientConfig", "o.clientConfig", ["caBundle"])}))`,
            message: "only clientConfig.caBundle of a webhook may be changed here: whoever is asked sees every object",
        },
    ],
};

/**
 * Registers bounds: a ValidatingAdmissionPolicy of the name given for each, and a binding that refuses.
 *
 * @returns what has to be there before those whom it bounds
 */
export function boundPolicies(
    name: string,
    specs: Readonly<Record<string, PolicySpec>>,
    parent: pulumi.Resource,
): readonly pulumi.Resource[] {
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
