import { noUnboundedUrls } from "../../../../policies/controls/rbac/no-unbounded-urls";
import { describeControl } from "../../../support/control-suite";
import { clusterRole } from "../../../support/rbac";

const urls = (...nonResourceURLs: string[]) => clusterRole([{ nonResourceURLs, verbs: ["get"] }]);
const message = (url: string, index = 0) =>
    `rules[0].nonResourceURLs[${index}] is "${url}". Name the paths that are needed.`;

describeControl(noUnboundedUrls, {
    refused: {
        "every path": { object: urls("/healthz", "/*"), message: message("/*", 1) },
        "the API server's profiles": { object: urls("/debug/pprof/*"), message: message("/debug/pprof/*") },
        "all of its debug endpoints": { object: urls("/debug*"), message: message("/debug*") },
        "its logs": { object: urls("/logs"), message: message("/logs") },
        "its settings": { object: urls("/configz"), message: message("/configz") },
    },
    allowed: {
        "health and metrics": { object: urls("/healthz", "/livez/*", "/metrics", "/openapi/*") },
        "a path that only begins like one": { object: urls("/logsearch", "/debugging") },
        "rules about resources": {
            stack: [clusterRole([{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }]), clusterRole(null)],
        },
    },
});
