import { spireTrustDomainOwned } from "../../../../policies/controls/identity/spire-trust-domain-owned";
import { describeControl } from "../../../support/control-suite";
import { agentFile, serverFile } from "../../../support/spire-files";

describeControl(spireTrustDomainOwned, {
    refused: {
        "the manual's name": {
            object: serverFile({ trust_domain: "example.org" }),
            message:
                'data["server.conf"]: server.trust_domain is "example.org", a name kept for documentation and tests. Use one you own.',
        },
        "a name below it, on the agent": {
            object: agentFile({ trust_domain: "prod.example.com" }),
            message:
                'data["agent.conf"]: agent.trust_domain is "prod.example.com", a name kept for documentation and tests. Use one you own.',
        },
        "capital letters": {
            object: serverFile({ trust_domain: "Prod" }),
            message:
                'data["server.conf"]: server.trust_domain is "Prod", which is no trust domain. Use lower-case letters, digits, dots, dashes and underscores.',
        },
        "no name": {
            object: serverFile({ trust_domain: undefined }),
            message: 'data["server.conf"]: server.trust_domain is missing. Name one you own.',
        },
    },
    allowed: {
        "a name of one's own": { object: serverFile() },
        "a name that only ends alike": { object: serverFile({ trust_domain: "myexample.org" }) },
    },
});
