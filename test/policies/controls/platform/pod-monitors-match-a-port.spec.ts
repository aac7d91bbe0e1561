import { podMonitorsMatchAPort } from "../../../../policies/controls/platform/pod-monitors-match-a-port";
import { describeControl } from "../../../support/control-suite";
import { pod } from "../../../support/objects";

const web = (namespace = "shop") =>
    pod(
        { app: "web" },
        {
            containers: [
                {
                    name: "web",
                    image: "web:1",
                    ports: [{ name: "metrics", containerPort: 9090 }, { containerPort: 1 }],
                },
            ],
        },
        { namespace },
    );
const monitor = (spec: object) => ({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata: { name: "web", namespace: "shop" },
    spec: { selector: { matchLabels: { app: "web" } }, podMetricsEndpoints: [{ port: "metrics" }], ...spec },
});
const renamed =
    'spec.podMetricsEndpoints[0].port is "prom", and no selected pod has a port of that name. They have metrics.';
describeControl(podMonitorsMatchAPort, {
    refused: {
        "a port that was renamed": {
            stack: [monitor({ podMetricsEndpoints: [{ port: "prom" }] }), web()],
            message: renamed,
        },
        "pods without ports": {
            stack: [monitor({}), pod({ app: "web" })],
            message:
                'spec.podMetricsEndpoints[0].port is "metrics", and no selected pod has a port of that name. They have none.',
        },
    },
    allowed: {
        "labels that no pod has, which another control finds": {
            stack: [monitor({ selector: { matchLabels: { app: "api" } } }), web()],
        },
        "a port that a pod has": { stack: [monitor({}), web()] },
        "pods of a named namespace": {
            stack: [monitor({ namespaceSelector: { matchNames: ["other"] } }), web("other")],
        },
        "pods of any namespace": { stack: [monitor({ namespaceSelector: { any: true } }), web("other")] },
        "a port by number": { stack: [monitor({ podMetricsEndpoints: [{ portNumber: 9090 }] }), web()] },
    },
    unknown: { document: 0, path: "spec.selector" },
});
