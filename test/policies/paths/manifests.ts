import type { Manifest } from "../../support/controls";

/** Manifests that the tests of edges are put together from. All of them stand in the namespace `shop` or in none. */

type Fields = Readonly<Record<string, unknown>>;

export function object(
    apiVersion: string,
    kind: string,
    name: string,
    rest: Fields = {},
    namespace = "shop",
): Manifest {
    const { metadata = {}, ...body } = rest as { metadata?: Fields };
    return { apiVersion, kind, metadata: { name, ...(namespace !== "" && { namespace }), ...metadata }, ...body };
}

export function pod(spec: Fields = {}, container: Fields = {}, metadata: Fields = {}): Manifest {
    return object("v1", "Pod", "web", {
        metadata: { labels: { app: "web" }, ...metadata },
        spec: {
            automountServiceAccountToken: false,
            serviceAccountName: "web",
            containers: [{ name: "web", image: "registry.example/web:1", ...container }],
            ...spec,
        },
    });
}

/** A pod with a directory of its node. */
export function podWithHostPath(path: string, readOnly: boolean, spec: Fields = {}): Manifest {
    return pod(
        { volumes: [{ name: "host", hostPath: { path } }], ...spec },
        { volumeMounts: [{ name: "host", mountPath: "/host", readOnly }] },
    );
}

export function namespace(level?: string, name = "shop"): Manifest {
    const labels = level === undefined ? {} : { "pod-security.kubernetes.io/enforce": level };
    return object("v1", "Namespace", name, { metadata: { labels } }, "");
}

type Rule = readonly [groups: string, resources: string, verbs: string, names?: string];

function rules(all: readonly Rule[]): readonly Manifest[] {
    return all.map(([groups, resources, verbs, names]) => ({
        apiGroups: groups.split(","),
        resources: resources.split(","),
        verbs: verbs.split(","),
        ...(names !== undefined && { resourceNames: names.split(",") }),
    }));
}

/** A role and its binding to the user jane, in `shop`. */
export function may(...all: readonly Rule[]): readonly Manifest[] {
    return [
        object("rbac.authorization.k8s.io/v1", "Role", "role", { rules: rules(all) }),
        object("rbac.authorization.k8s.io/v1", "RoleBinding", "jane", {
            roleRef: { kind: "Role", name: "role" },
            subjects: [{ kind: "User", name: "jane" }],
        }),
    ];
}

/** The same with somebody else in the binding. */
export function boundTo(subject: Fields, manifests: readonly Manifest[]): readonly Manifest[] {
    return manifests.map((each) => ("subjects" in each ? { ...each, subjects: [subject] } : each));
}

/** Rights of jane in the whole cluster. */
export function mayEverywhere(...all: readonly Rule[]): readonly Manifest[] {
    return named("everywhere", all);
}

/** A cluster role of its own name, bound to jane. */
export function named(name: string, all: readonly Rule[]): readonly Manifest[] {
    return [
        object("rbac.authorization.k8s.io/v1", "ClusterRole", name, { rules: rules(all) }, ""),
        object(
            "rbac.authorization.k8s.io/v1",
            "ClusterRoleBinding",
            name,
            { roleRef: { kind: "ClusterRole", name }, subjects: [{ kind: "User", name: "jane" }] },
            "",
        ),
    ];
}

/** A store in Vault that a service account opens under a role. */
export function secretStore(role: string, account: string, space = "shop"): Manifest {
    const auth = { kubernetes: { role, serviceAccountRef: { name: account } } };
    const spec = { provider: { vault: { server: "https://vault", auth } } };
    return object("external-secrets.io/v1", "SecretStore", "vault", { spec }, space);
}

/** A Secret that is filled from a store of its namespace. */
export function externalSecret(store: string, space = "shop"): Manifest {
    const spec = { secretStoreRef: { kind: "SecretStore", name: store } };
    return object("external-secrets.io/v1", "ExternalSecret", "database", { spec }, space);
}
