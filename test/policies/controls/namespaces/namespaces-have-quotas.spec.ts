import { namespacesHaveQuotas } from "../../../../policies/controls/namespaces/namespaces-have-quotas";
import { describeControl } from "../../../support/control-suite";
import { namespace } from "../../../support/objects";

const bound = (kind: string, name = "shop") => ({
    apiVersion: "v1",
    kind,
    metadata: { name: "bounds", namespace: name },
});

describeControl(namespacesHaveQuotas, {
    refused: {
        "a namespace with neither": {
            object: namespace(),
            message: `namespace "shop" has no ResourceQuota and no LimitRange in this stack. Add them.`,
        },
        "a namespace with a quota only": {
            stack: [namespace(), bound("ResourceQuota"), bound("LimitRange", "till")],
            message: `namespace "shop" has no LimitRange in this stack. Add it.`,
        },
    },
    allowed: { "a namespace with both": { stack: [namespace(), bound("ResourceQuota"), bound("LimitRange")] } },
});
