import { ACCOUNT, QUARANTINE, SHOP, VAULT } from "./responder-objects";

/** What the responder's account is refused by rights or admission: what it would do, and kubectl's arguments for that. */
export const FORBIDDEN_COMMANDS: readonly (readonly [string, readonly string[]])[] = [
    ["change what a pod runs", ["set", "image", "pod/vault", "main=evil", "-n", SHOP]],
    ["label pods that are not in quarantine", ["label", "pod", "vault", "x=y", "-n", SHOP]],
    ["touch a protected namespace", ["label", "pod", "vault", `${QUARANTINE}=x`, "-n", VAULT]],
    ["delete its own pods, or those of a protected namespace", ["delete", "pod", "vault", "-n", VAULT]],
    ["change a workload's image", ["set", "image", "deployment/web", "main=evil", "-n", SHOP]],
    ["taint or label a node", ["label", "node", "--all", "x=y"]],
    ["read a secret", ["get", "secrets", "-n", SHOP]],
    ["run a command in a pod", ["exec", "vault", "-n", SHOP, "--", "sh"]],
    ["bind a role", ["create", "clusterrolebinding", "x", "--clusterrole=cluster-admin", `--user=${ACCOUNT}`]],
    ["make pods", ["run", "x", "--image=x", "-n", SHOP]],
];

/** Ways to secrets, to the inside of pods, or to more rights (`resourceAttributes` of a SubjectAccessReview). */
export const FORBIDDEN_ACCESS = [
    ...["get", "list", "watch"].map((verb) => ({ verb, resource: "secrets" })),
    ...["create", "get"].flatMap((verb) =>
        ["exec", "attach", "portforward", "proxy", "ephemeralcontainers"].map((subresource) => ({
            verb,
            resource: "pods",
            subresource,
        })),
    ),
    { verb: "get", resource: "nodes", subresource: "proxy" },
    { verb: "create", resource: "serviceaccounts", subresource: "token" },
    { verb: "impersonate", resource: "users" },
    ...["bind", "escalate", "update", "patch", "create"].flatMap((verb) =>
        ["roles", "clusterroles", "rolebindings", "clusterrolebindings"].map((resource) => ({
            verb,
            resource,
            group: "rbac.authorization.k8s.io",
        })),
    ),
    { verb: "*", resource: "*", group: "*" },
    { verb: "create", resource: "pods" },
    { verb: "patch", resource: "securityincidents", group: "responder.x0tta6bl4.io" },
];
