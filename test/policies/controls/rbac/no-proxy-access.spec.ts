import { noProxyAccess } from "../../../../policies/controls/rbac/no-proxy-access";
import { describeGrants } from "../../../support/rbac";

describeGrants(noProxyAccess, {
    refused: {
        "proxying to pods": [
            { apiGroups: [""], resources: ["pods/proxy"], verbs: ["get"] },
            "rules[0] grants get on pods/proxy. Have clients connect to the Service itself.",
        ],
        "proxying to Services": [
            { apiGroups: [""], resources: ["services/proxy"], verbs: ["create"] },
            "rules[0] grants create on services/proxy. Have clients connect to the Service itself.",
        ],
        "every proxy": [
            { apiGroups: [""], resources: ["*/proxy"], verbs: ["get"] },
            "rules[0] grants get on */proxy. Have clients connect to the Service itself.",
        ],
    },
    allowed: {
        "one Service by name": {
            apiGroups: [""],
            resources: ["services/proxy"],
            verbs: ["get"],
            resourceNames: ["prometheus:web"],
        },
        "reading Services": { apiGroups: [""], resources: ["services"], verbs: ["get"] },
    },
});
