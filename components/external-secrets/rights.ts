import type * as k8s from "@pulumi/kubernetes";

import { READER } from "./provider";

type Rule = k8s.types.input.rbac.v1.PolicyRule;

const READ = ["get", "list", "watch"];
const GROUP = "external-secrets.io";

/**
 * What the controller of one namespace may do in it. Upstream's chart grants the same in the whole cluster, and a token of
 * any ServiceAccount on top.
 */
export function controllerRules(): Rule[] {
    return [
        { apiGroups: [GROUP], resources: ["externalsecrets", "secretstores"], verbs: [...READ, "update", "patch"] },
        {
            apiGroups: [GROUP],
            resources: ["externalsecrets/status", "secretstores/status"],
            verbs: ["get", "update", "patch"],
        },
        // Its cache is built over this kind at start, used or not.
        { apiGroups: [`generators.${GROUP}`], resources: ["generatorstates"], verbs: READ },
        // The secrets it keeps in step are found through a watch and written under names that only the store knows of.
        { apiGroups: [""], resources: ["secrets"], verbs: [...READ, "create", "update", "patch", "delete"] },
        { apiGroups: [""], resources: ["serviceaccounts"], resourceNames: [READER], verbs: ["get"] },
        { apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: [READER], verbs: ["create"] },
        { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
    ];
}

/** Leader election of one deployment: a lease by name. `create` can't be narrowed by name, as the object does not exist yet. */
export function leaseRules(lease: string): Rule[] {
    const lock = { apiGroups: ["coordination.k8s.io"], resources: ["leases"] };
    return [
        { ...lock, verbs: ["create"] },
        { ...lock, resourceNames: [lease], verbs: ["get", "update", "patch"] },
        { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
    ];
}

/** What the certificate controller may do in the whole cluster: change the objects named. `bounds.ts` says what of them. */
export function certControllerRules(crds: readonly string[], webhooks: readonly string[]): Rule[] {
    const definitions = { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"] };
    const configurations = {
        apiGroups: ["admissionregistration.k8s.io"],
        resources: ["validatingwebhookconfigurations"],
    };
    return [
        { ...definitions, verbs: READ },
        { ...definitions, resourceNames: [...crds], verbs: ["update", "patch"] },
        { ...configurations, verbs: READ },
        { ...configurations, resourceNames: [...webhooks], verbs: ["update", "patch"] },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: READ },
    ];
}

/** What the certificate controller may do in its own namespace: fill the one Secret that the webhook serves from. */
export function certSecretRules(secret: string): Rule[] {
    return [{ apiGroups: [""], resources: ["secrets"], resourceNames: [secret], verbs: ["get", "update", "patch"] }];
}
