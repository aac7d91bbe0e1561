import { literal, texts } from "../../policies/engine/cel";
import type { Bound } from "../bounds";
import { alikeBut, boundSpec, byAccounts, unchangedBut, WEBHOOK_AUTHORITY } from "../bounds";
import { CERT_CONTROLLER, controllerName, WEBHOOK } from "./services";

type Specs = Readonly<Record<string, ReturnType<typeof boundSpec>>>;

/** The definitions send objects of other versions to the operator's webhook, if to anybody. */
function definitionsBound(namespace: string): Bound {
    const service = "object.spec.conversion.?webhook.?clientConfig.?service";
    return {
        apiGroup: "apiextensions.k8s.io",
        apiVersion: "v1",
        resource: "customresourcedefinitions",
        operations: ["UPDATE"],
        validations: [
            {
                expression: `${unchangedBut(["spec", "status"])} && ${alikeBut("dyn(object).spec", "dyn(oldObject).spec", ["conversion"])}`,
                message:
                    "the certificate controller fills in the authority of the conversion, and changes nothing else",
            },
            {
                expression: `object.spec.conversion.strategy == 'None' || (${service}.?namespace.orValue('') == ${literal(namespace)} && ${service}.?name.orValue('') == ${literal(WEBHOOK)})`,
                message: `objects are converted by ${namespace}/${WEBHOOK} or by nobody`,
            },
        ],
    };
}

/**
 * `spec` of the policies that bound the certificate controller, by their names. RBAC narrows it to the objects it fills in, not
 * to the field: without these, whoever takes it over has every Secret that is written sent to a webhook of theirs.
 *
 * @param namespace the operator's own
 */
export function certControllerBounds(namespace: string, project: string): Specs {
    const by = byAccounts("by-the-certificate-controller", namespace, [CERT_CONTROLLER]);
    return {
        [`${project}-external-secrets-webhooks`]: boundSpec(WEBHOOK_AUTHORITY, { by }),
        [`${project}-external-secrets-definitions`]: boundSpec(definitionsBound(namespace), { by }),
    };
}

/** Types of Secrets that hold what a secrets manager gives; all others mean something to the cluster itself. */
const DATA_TYPES = [
    "Opaque",
    ...["basic-auth", "dockerconfigjson", "ssh-auth", "tls"].map((t) => `kubernetes.io/${t}`),
];

/**
 * `spec` of the policy that bounds the controllers, by its name. They create Secrets under any name, and the cluster fills one of
 * type `kubernetes.io/service-account-token` with a token of whatever account it names.
 *
 * @param namespace the operator's own
 * @param scopes the namespaces that have a controller
 */
export function controllerBounds(namespace: string, scopes: readonly string[], project: string): Specs {
    const by = byAccounts("by-a-controller", namespace, scopes.map(controllerName));
    const secrets: Bound = {
        apiGroup: "",
        apiVersion: "v1",
        resource: "secrets",
        operations: ["CREATE", "UPDATE"],
        validations: [
            {
                expression: `object.type in ${texts(DATA_TYPES)}`,
                message: `External Secrets writes Secrets of the types ${DATA_TYPES.join(", ")} only`,
            },
        ],
    };
    return { [`${project}-external-secrets-secrets`]: boundSpec(secrets, { by }) };
}
