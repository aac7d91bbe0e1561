import { noHostAliases } from "../../../../policies/controls/pod/no-host-aliases";
import { describeControl } from "../../../support/control-suite";

describeControl(noHostAliases, {
    refused: {
        "an alias": {
            pod: { hostAliases: [{ ip: "10.0.0.1", hostnames: ["db"] }] },
            message: "spec.hostAliases has 1 entry. Remove it.",
        },
        two: { pod: { hostAliases: [{}, {}] }, message: "spec.hostAliases has 2 entries. Remove it." },
    },
    allowed: { "an empty list": { pod: { hostAliases: [] } }, "a pod without": {} },
});
