import { stackControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";
import { serviceAccountName } from "../../kubernetes/service-accounts";
import type { PodView } from "../../kubernetes/pods";
import { append } from "../../kubernetes/selectors";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";
import { ifKnown } from "../../kubernetes/unknown";

export const serviceAccountsKeepTokens = stackControl({
    name: "service-accounts-keep-tokens",
    description: "No service account hands its token to every pod that names it.",
    why: "A pod that forgets to decline gets the token, and with it whatever the account is bound to now or later.",
    severity: "medium",
    covers: ["sa.automount"],
    frameworks: [
        ...cis("5.1.5", "5.1.6"),
        ...nsa("Authentication and authorization"),
        ...mitre("T1528"),
        ...nist("AC-6", "IA-5"),
        ...soc2("CC6.1"),
        ...checklist("ACC-3"),
    ],
    remediation: "Set automountServiceAccountToken to false; pods that need the API server ask for a token themselves.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    applies: isServiceAccount,
    *check(stack, { each }) {
        yield* each(
            stack.ofKind("ServiceAccount").filter(isServiceAccount),
            (account) => account,
            function* (account) {
                const value = account.body["automountServiceAccountToken"];
                const path = `${account.prefix}automountServiceAccountToken`;
                if (value !== false) {
                    yield {
                        object: account,
                        path,
                        message: `${path} is ${value === true ? "true" : "unset, which means true"}. Set it to false.`,
                        absent: value !== true,
                        fix: setField(account, path, false),
                        // Nobody takes the token yet; what is left is the trap for the next pod.
                        ...(isDeclined(stack, account) && { covers: [] }),
                    };
                }
            },
        );
    },
    admission: {
        expression: "has(object.automountServiceAccountToken) && object.automountServiceAccountToken == false",
    },
});

function isServiceAccount({ group, kind }: Pick<KubeObject, "group" | "kind">): boolean {
    return group === "" && kind === "ServiceAccount";
}

/** Says whether pods of the stack run as the account and every one of them declines its token. */
function isDeclined(stack: Stack, account: KubeObject): boolean {
    const pods = stack.memo(podsByAccount).get(`${namespaceOf(account)}/${account.name}`) ?? [];
    return pods.length > 0 && pods.every((pod) => pod.spec["automountServiceAccountToken"] === false);
}

function podsByAccount(stack: Stack): ReadonlyMap<string, readonly PodView[]> {
    const found = new Map<string, PodView[]>();
    for (const pod of stack.pods()) {
        const name = ifKnown(() => serviceAccountName(pod));
        if (name !== undefined) {
            append(found, `${namespaceOf(pod.object)}/${name}`, pod);
        }
    }
    return found;
}
