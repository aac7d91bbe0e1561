import { stackControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import { serviceAccountName, serviceAccountOf } from "../../kubernetes/service-accounts";

const ROLE = "eks.amazonaws.com/role-arn";

export const awsNodeHasOwnRole = stackControl({
    name: "aws-node-has-own-role",
    description: "The network plugin of EKS uses an IAM role of its own, not that of its node.",
    why: "Rights that the plugin takes from the node's role are rights of every pod that reaches the node's metadata.",
    severity: "medium",
    covers: ["sa.irsa"],
    frameworks: [...nist("AC-6", "IA-9"), ...soc2("CC6.3"), ...checklist("ACC-3")],
    remediation: `Run the DaemonSet aws-node as a service account with the annotation ${ROLE}.`,
    profiles: [],
    *check(stack, { each }) {
        yield* each(
            stack.pods().filter(({ object }) => object.kind === "DaemonSet" && object.name === "aws-node"),
            (pod) => pod.object,
            function* (pod) {
                const account = serviceAccountOf(stack, pod);
                const name = serviceAccountName(pod);
                // The account that the add-on brings is called like the DaemonSet and has no role until one is given.
                const own =
                    account === undefined ? !["default", "aws-node"].includes(name) : ROLE in account.annotations;
                if (!own) {
                    const path = `${pod.prefix}serviceAccountName`;
                    yield {
                        object: pod.object,
                        path,
                        message: `${path} is "${name}", which has no annotation ${ROLE}, so the plugin uses the node's role. Run it as an account with a role of its own.`,
                    };
                }
            },
        );
    },
    admission: { none: "The role stands on the service account, which is another object." },
});
