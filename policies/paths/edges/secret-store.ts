import type { Body, KubeObject } from "../../kubernetes/kube";
import { isObj, obj, str } from "../../kubernetes/kube";
import { append } from "../../kubernetes/selectors";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";
import { ifKnown } from "../../kubernetes/unknown";
import type { EdgeFamily, Link } from "../edge";
import type { Landscape } from "../landscape";
import type { PathNode } from "../nodes";
import { TECHNIQUES } from "../techniques";
import { cloudPrincipal } from "./cloud-role";

/** What a store authenticates by: references to accounts and Secrets, wherever they stand in its provider. */
interface Credential {
    readonly kind: "account" | "secret";
    readonly namespace: string;
    readonly name: string;
    readonly field: string;
}

function* credentialsIn(value: unknown, namespace: string, field: string): Iterable<Credential> {
    if (Array.isArray(value)) {
        for (const [index, item] of value.entries()) {
            yield* credentialsIn(item, namespace, `${field}[${index}]`);
        }
    } else if (isObj(value)) {
        for (const [key, inner] of Object.entries(value)) {
            const reference = obj(inner);
            const kind =
                key === "serviceAccountRef" ? "account" : /SecretRef$|^secretRef$/.test(key) ? "secret" : undefined;
            if (kind !== undefined && str(reference["name"]) !== "") {
                const name = str(reference["name"]);
                yield { kind, namespace: str(reference["namespace"]) || namespace, name, field: `${field}.${key}` };
            }
            yield* credentialsIn(inner, namespace, `${field}.${key}`);
        }
    }
}

/** Fields of a provider that say who reads, and where; two stores that agree in them can read the same. */
const PRINCIPAL = ["server", "vaultUrl", "region", "role", "projectID", "tenantId", "mountPath", "roleId", "namespace"];

function* principalIn(value: unknown): Iterable<string> {
    if (isObj(value)) {
        for (const [key, inner] of Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))) {
            if (PRINCIPAL.includes(key) && typeof inner === "string" && inner !== "") {
                yield `${key}=${inner}`;
            }
            yield* principalIn(inner);
        }
    }
}

/** The node of what a principal reads at a provider, by the fields of {@link PRINCIPAL}; empty ones are left out. */
export function principalNode(landscape: Landscape, provider: string, fields: Body): PathNode {
    return landscape.node("store", "", [provider, ...principalIn(fields)].join(" "));
}

/** The node of what a store can read. It is one for two stores that read as one principal at one place. */
function storeNode(landscape: Landscape, store: KubeObject, credentials: readonly Credential[]): PathNode {
    const provider = obj(obj(store.body["spec"])["provider"]);
    const cloud = credentials.flatMap(({ kind, namespace, name }) => {
        const account = kind === "account" ? landscape.stack.find("ServiceAccount", namespace, name) : undefined;
        return (account && cloudPrincipal(account)?.principal) ?? [];
    });
    const who = [...new Set([...principalIn(provider), ...cloud])];
    const hasPrincipal = who.some((part) => !/^(?:server|vaultUrl|region|projectID|tenantId|mountPath)=/.test(part));
    const own = hasPrincipal ? [] : [`${store.kind} ${store.namespace}/${store.name}`];
    return landscape.node("store", "", [...Object.keys(provider), ...who, ...own].join(" "));
}

function isStore({ group, kind }: KubeObject): boolean {
    return group === "external-secrets.io" && ["SecretStore", "ClusterSecretStore"].includes(kind);
}

function* linksOf(landscape: Landscape, store: KubeObject): Iterable<Link> {
    const provider: Body = obj(obj(store.body["spec"])["provider"]);
    const own = store.kind === "SecretStore" ? namespaceOf(store) : "";
    const credentials = [...credentialsIn(provider, own, `${store.prefix}spec.provider`)];
    const to = storeNode(landscape, store, credentials);
    for (const { kind, namespace, name, field } of credentials) {
        yield { from: landscape.node(kind, namespace, name), to, object: store, field };
    }
    // A ClusterSecretStore serves every namespace that its conditions don't leave out, which are not looked at.
    const users = own === "" ? [...landscape.namespaces] : [own];
    for (const namespace of users) {
        const reason = "whoever may write an ExternalSecret there has the store's content fetched into a Secret";
        yield { from: landscape.node("stores", namespace), to, object: store, field: `${store.prefix}spec`, reason };
    }
    for (const external of filledBy(landscape, store)) {
        const target = str(obj(obj(external.body["spec"])["target"])["name"]) || external.name;
        yield {
            from: to,
            to: landscape.node("secret", namespaceOf(external), target),
            object: external,
            field: `${external.prefix}spec`,
            reason: "the principal reads what this Secret is filled with",
            cut: { effort: "change", remedy: "Give each namespace's store a principal of its own." },
        };
    }
}

/** The ExternalSecrets that name a store. */
function filledBy({ stack }: Landscape, store: KubeObject): readonly KubeObject[] {
    const key = store.kind === "SecretStore" ? `${namespaceOf(store)}/${store.name}` : `/${store.name}`;
    return stack.memo(externalsByStore).get(key) ?? [];
}

function externalsByStore(stack: Stack): ReadonlyMap<string, readonly KubeObject[]> {
    const found = new Map<string, KubeObject[]>();
    for (const external of stack.ofKind("ExternalSecret").filter(({ group }) => group === "external-secrets.io")) {
        const reference = ifKnown(() => obj(obj(external.body["spec"])["secretStoreRef"]));
        if (reference !== undefined) {
            const scope = reference["kind"] === "ClusterSecretStore" ? "" : namespaceOf(external);
            append(found, `${scope}/${str(reference["name"])}`, external);
        }
    }
    return found;
}

export const secretStore: EdgeFamily = {
    name: "secret-store",
    title: "read what an external secret store keeps",
    technique: TECHNIQUES.secretStores,
    needs: "to reach the store",
    cut: {
        effort: "redesign",
        remedy: "Give each store a principal of its own, which may read no more than its namespace needs.",
    },
    find: (landscape) =>
        landscape.eachObject(landscape.stack.objects.filter(isStore), (store) => linksOf(landscape, store)),
};
