import { noPrivilegedServiceAccounts } from "../../../../policies/controls/rbac/no-privileged-service-accounts";
import { describeControl } from "../../../support/control-suite";
import { pod, serviceAccount } from "../../../support/objects";
import { clusterRole, clusterRoleBinding, role, roleBinding } from "../../../support/rbac";

const subjects = [{ kind: "ServiceAccount", name: "web", namespace: "shop" }];
const web = pod({}, { serviceAccountName: "web" });
const message = (power: string): string =>
    `spec.serviceAccountName: service account "web" has ${power}, and the pod gets its token. Bind a role that lists what is needed.`;
const secrets = [{ apiGroups: [""], resources: ["secrets"], verbs: ["list"] }];

describeControl(noPrivilegedServiceAccounts, {
    refused: {
        "an account that reads every Secret": {
            stack: [web, role(secrets), roleBinding(subjects)],
            message: message("the right to list on secrets by RoleBinding shop/tested"),
        },
        "an account bound to cluster-admin": {
            stack: [web, clusterRoleBinding(subjects, "cluster-admin")],
            message: message("every right by ClusterRoleBinding tested"),
        },
        "an account with every right": {
            stack: [
                web,
                clusterRole([{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]),
                clusterRoleBinding(subjects),
            ],
            message: message("every right by ClusterRoleBinding tested"),
        },
        "an account whose role aggregates the right": {
            stack: [
                web,
                clusterRole([], { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: "of-web" } }] } }),
                clusterRole(secrets, { metadata: { name: "part", labels: { part: "of-web" } } }),
                clusterRoleBinding(subjects),
            ],
            message: message("the right to list on secrets by ClusterRoleBinding tested"),
        },
        "a token that is projected though it is not mounted by default": {
            stack: [
                pod(
                    {},
                    {
                        serviceAccountName: "web",
                        automountServiceAccountToken: false,
                        volumes: [
                            { name: "token", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } },
                        ],
                    },
                ),
                role(secrets),
                roleBinding(subjects),
            ],
            message: message("the right to list on secrets by RoleBinding shop/tested"),
        },
    },
    allowed: {
        "an account with few rights": {
            stack: [web, role([{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }]), roleBinding(subjects)],
        },
        "a pod without a token": {
            stack: [
                web,
                serviceAccount("web", { automountServiceAccountToken: false }),
                role(secrets),
                roleBinding(subjects),
            ],
        },
        "the account of that name in another namespace": {
            stack: [web, clusterRole(secrets), clusterRoleBinding([{ ...subjects[0], namespace: "other" }])],
        },
        "a binding to a role that is not in the stack": { stack: [web, roleBinding(subjects)] },
    },
    unknown: "spec.serviceAccountName",
});
