import { awsNodeHasOwnRole } from "../../../../policies/controls/rbac/aws-node-has-own-role";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";
import { pod, serviceAccount } from "../../../support/objects";
import { wrapPod } from "../../../support/wrap";

const plugin = (account: string, kind = "DaemonSet") =>
    wrapPod(pod({}, { serviceAccountName: account }, { name: "aws-node", namespace: "kube-system" }), kind);
const account = (name: string, annotations: Manifest) => ({
    ...serviceAccount(name),
    metadata: { name, namespace: "kube-system", annotations },
});
const role = { "eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/cni" };
const message = (name: string): string =>
    `spec.template.spec.serviceAccountName is "${name}", which has no annotation eks.amazonaws.com/role-arn, so the plugin uses the node's role. Run it as an account with a role of its own.`;

describeControl(awsNodeHasOwnRole, {
    refused: {
        "the account the add-on brings": { object: plugin("aws-node"), message: message("aws-node") },
        "an account without a role": {
            stack: [plugin("cni"), account("cni", {})],
            message: message("cni"),
        },
    },
    allowed: {
        "an account with a role": { stack: [plugin("aws-node"), account("aws-node", role)] },
        "an account of its own that another stack makes": { object: plugin("cni") },
        "another kind of that name": { object: plugin("aws-node", "Deployment") },
    },
});
