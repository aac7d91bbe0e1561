import type { Right } from "../../rights";
import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { clusterRight, CREATE_WORKLOADS, RBAC, READ_SECRETS, right } from "./rights";
import { thingsOf, usersOf } from "./targets";

/**
 * Constrained impersonation (Kubernetes 1.35, KEP-5284): one right says as whom to act, another what to do in that name. Where
 * the second leads on from, every right of the other is taken to follow: which of them it covers is not told apart.
 */

/** What is worth doing in another's name. */
const ACTIONS: readonly Right[] = [
    READ_SECRETS,
    CREATE_WORKLOADS,
    right("", ["pods/exec", "pods/attach", "serviceaccounts/token"], ["create"]),
    right("", ["pods/ephemeralcontainers"], ["patch", "update"]),
    right(RBAC, ["rolebindings", "clusterrolebindings", "roles", "clusterroles"], ["create", "patch", "update"]),
];

function actionIn(mode: string): Right {
    return {
        ways: ACTIONS.flatMap(({ ways }) => ways).map((way) => ({
            ...way,
            verbs: way.verbs.map((verb) => `impersonate-on:${mode}:${verb}`),
        })),
    };
}

/** The group that the API server asks about in either mode. */
const AUTHENTICATION = "authentication.k8s.io";

/** What the families of both modes have alike. */
const WITHIN = {
    technique: TECHNIQUES.validAccounts,
    cut: { remedy: "Take the verbs that begin with impersonate out of the role.", control: "no-impersonation" },
} as const;

export const impersonateUsersWithin = rbacFamily({
    ...WITHIN,
    name: "impersonate-users-within",
    title: "act as another user, for some actions",
    needs: "that the other may do what is allowed in that name",
    rights: [actionIn("user-info"), clusterRight(AUTHENTICATION, ["users"], ["impersonate:user-info"])],
    leadsTo: usersOf,
});

export const impersonateAccountsWithin = rbacFamily({
    ...WITHIN,
    name: "impersonate-accounts-within",
    title: "act as a service account, for some actions",
    needs: "that the account may do what is allowed in its name",
    rights: [actionIn("serviceaccount"), right(AUTHENTICATION, ["serviceaccounts"], ["impersonate:serviceaccount"])],
    leadsTo: thingsOf("account"),
});
