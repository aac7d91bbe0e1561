import { namespacesHaveServiceAccounts } from "../../../../policies/controls/rbac/namespaces-have-service-accounts";
import { describeControl } from "../../../support/control-suite";
import { namespace, serviceAccount } from "../../../support/objects";

const message = `namespace "shop" has no ServiceAccount of its own in this stack. Add one for each workload.`;

describeControl(namespacesHaveServiceAccounts, {
    refused: {
        "a namespace without accounts": { object: namespace(), message },
        "a namespace with the default account only": { stack: [namespace(), serviceAccount("default")], message },
        "a namespace next to one that has an account": {
            stack: [namespace(), serviceAccount("web", {}, "other")],
            message,
        },
    },
    allowed: {
        "a namespace with an account": { stack: [namespace(), serviceAccount("web")] },
        "an account without a namespace to judge": { object: serviceAccount("web") },
    },
    unknown: "metadata.name",
});
