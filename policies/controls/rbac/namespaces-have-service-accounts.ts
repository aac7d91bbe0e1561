import { stackControl } from "../../engine/control";
import { checklist, cis, nist } from "../../engine/frameworks";
import { knownName } from "../../kubernetes/kube";
import { append } from "../../kubernetes/selectors";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";

export const namespacesHaveServiceAccounts = stackControl({
    name: "namespaces-have-service-accounts",
    description: "Every namespace has a service account beside the default one.",
    why: "Where there is only the default account, every workload to come will run as it.",
    severity: "low",
    enforcement: "advisory", // A namespace may be meant for objects that run nothing.
    covers: ["sa.namespace-sa"],
    frameworks: [...cis("5.1.5"), ...nist("AC-6"), ...checklist("ACC-3")],
    remediation: "Add a ServiceAccount for each workload of the namespace.",
    profiles: ["cis"],
    *check(stack, { each }) {
        const accounts = stack.memo(accountsByNamespace);
        yield* each(
            stack.ofKind("Namespace"),
            (namespace) => namespace,
            function* (namespace) {
                if (!accounts.has(knownName(namespace))) {
                    yield {
                        object: namespace,
                        path: `${namespace.prefix}metadata.name`,
                        message: `namespace "${namespace.name}" has no ServiceAccount of its own in this stack. Add one for each workload.`,
                        absent: true,
                    };
                }
            },
        );
    },
    admission: { none: "Service accounts are other objects, created after their namespace." },
});

function accountsByNamespace(stack: Stack): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, string[]>();
    for (const account of stack.ofKind("ServiceAccount")) {
        if (account.name !== "default") {
            append(found, namespaceOf(account), account.name);
        }
    }
    return found;
}
