import { texts } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { isObj, list, obj } from "../../kubernetes/kube";

/** Fields of a provider that refer to a credential kept in a Secret (external-secrets.io/v1). */
const STATIC = ["tokenSecretRef", "secretRef", "authSecretRef", "appRole", "userPass", "ldap", "secretsManager"];

export const secretStoresWithoutStaticKeys = objectControl({
    name: "secret-stores-without-static-keys",
    description: "Every secret store authenticates by the identity of a workload.",
    why: "A static key to the secrets manager is the one secret that opens all others, and nothing rotates it.",
    severity: "high",
    covers: [],
    frameworks: [
        ...nist("IA-5", "IA-9"),
        ...soc2("CC6.1"),
        ...mitre("T1552.007", "T1555"),
        ...checklist("SEC-3", "STEP-4"),
    ],
    remediation: "Use auth by a ServiceAccount: Vault's kubernetes or jwt method, IRSA, or workload identity.",
    profiles: ["x0tta6bl4"],
    kinds: ["external-secrets.io/SecretStore", "external-secrets.io/ClusterSecretStore"],
    *check(object) {
        const provider = obj(obj(object.body["spec"])["provider"]);
        for (const [name, settings] of Object.entries(provider)) {
            for (const path of staticPaths(obj(settings), `${object.prefix}spec.provider.${name}`)) {
                yield {
                    path,
                    message: `${path} takes a key kept in a Secret. Authenticate by a ServiceAccount instead.`,
                };
            }
        }
    },
    admission: {
        expression: [
            "!has(object.spec.provider) || object.spec.provider.all(p,",
            ` !${texts(STATIC)}.exists(f,`,
            "  f in object.spec.provider[p] || ('auth' in object.spec.provider[p] && (f in object.spec.provider[p].auth ||",
            "  object.spec.provider[p].auth.exists(m, type(object.spec.provider[p].auth[m]) == map &&",
            "   f in object.spec.provider[p].auth[m])))))",
        ].join("\n"),
    },
});

/** The provider itself, its `auth`, and each method of that may hold a reference to a key. */
function staticPaths(provider: Body, path: string): readonly string[] {
    const auth = obj(provider["auth"]);
    const places: readonly (readonly [Body, string])[] = [
        [provider, path],
        [auth, `${path}.auth`],
        ...Object.entries(auth)
            .filter(([name, method]) => isObj(method) && !STATIC.includes(name))
            .map(([name, method]) => [obj(method), `${path}.auth.${name}`] as const),
    ];
    return places.flatMap(([body, at]) =>
        STATIC.filter((field) => isObj(body[field]) || list(body[field]).length > 0).map((field) => `${at}.${field}`),
    );
}
