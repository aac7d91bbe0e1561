import { namespacesHaveOwners } from "../../../../policies/controls/namespaces/namespaces-have-owners";
import { describeControl } from "../../../support/control-suite";
import { namespace } from "../../../support/objects";

describeControl(namespacesHaveOwners, {
    refused: {
        "a namespace without an owner": {
            object: namespace("shop", { team: "shop" }),
            message: "metadata.labels.owner is unset. Name the team that answers for it.",
        },
        "an empty owner": {
            object: namespace("shop", { owner: "" }),
            message: "metadata.labels.owner is unset. Name the team that answers for it.",
        },
        "a label of one's own list": {
            object: namespace("shop", { owner: "shop" }),
            params: { labels: ["owner", "example.org/cost-centre"] },
            message: `metadata.labels["example.org/cost-centre"] is unset. Name the team that answers for it.`,
        },
    },
    allowed: { "a namespace with an owner": { object: namespace("shop", { owner: "shop" }) } },
});
