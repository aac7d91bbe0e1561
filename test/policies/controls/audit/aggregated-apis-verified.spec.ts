import { aggregatedApisVerified } from "../../../../policies/controls/audit/aggregated-apis-verified";
import { describeControl } from "../../../support/control-suite";

const api = (group: string, spec: object) => ({
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: "tested" },
    spec: { group, version: "v1", caBundle: "Y2E=", service: { name: "web", namespace: "shop" }, ...spec },
});

describeControl(aggregatedApisVerified, {
    refused: {
        "a server that nobody verifies": {
            object: api("example.test", { insecureSkipTLSVerify: true }),
            message: "spec.insecureSkipTLSVerify is true, so anybody may answer. Set caBundle instead.",
        },
        "a server for a group of Kubernetes' own": {
            object: api("apps", {}),
            message: 'spec.service answers for group "apps", which is Kubernetes\' own. Serve a group of your own.',
        },
        "a server for the core group": {
            object: api("", {}),
            message: 'spec.service answers for group "", which is Kubernetes\' own. Serve a group of your own.',
        },
    },
    allowed: {
        "a server that is verified": { object: api("metrics.k8s.io", {}) },
        "what the API server serves itself": { object: api("apps", { service: null }) },
        "a kind of another API": { object: { ...api("apps", {}), apiVersion: "example.test/v1" } },
    },
});
