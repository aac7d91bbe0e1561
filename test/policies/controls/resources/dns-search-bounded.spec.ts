import { dnsSearchBounded } from "../../../../policies/controls/resources/dns-search-bounded";
import { describeControl } from "../../../support/control-suite";

describeControl(dnsSearchBounded, {
    good: { pod: { dnsConfig: { options: [{ name: "edns0" }, { name: "ndots", value: "2" }] } } },
    refused: {
        "a pod that doesn't say": {
            pod: {},
            message: "spec.dnsConfig.options has no ndots, which means 5. Set ndots to 2 or less.",
        },
        "too many dots": {
            pod: { dnsConfig: { options: [{ name: "ndots", value: "5" }] } },
            message: 'spec.dnsConfig.options[0].value is "5". Set ndots to 2 or less.',
        },
    },
    allowed: {
        "two dots": {},
        "another limit": { pod: { dnsConfig: { options: [{ name: "ndots", value: "3" }] } }, params: { ndots: 3 } },
        "a policy without the cluster's search domains": { pod: { dnsPolicy: "None" } },
    },
});
