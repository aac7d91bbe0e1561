import { serviceMonitorsFindServices } from "../../../../policies/controls/audit/service-monitors-find-services";
import { describeControl } from "../../../support/control-suite";
import { pod, service } from "../../../support/objects";

const monitor = (spec: object, kind = "ServiceMonitor") => ({
    apiVersion: "monitoring.coreos.com/v1",
    kind,
    metadata: { name: "web", namespace: "shop" },
    spec,
});
const selector = { matchLabels: { app: "web" } };
const web = service({}, { labels: { app: "web" } });
const message = (what: string): string => `spec.selector selects no ${what} of this stack. Correct it.`;

describeControl(serviceMonitorsFindServices, {
    refused: {
        "a monitor for nothing": { object: monitor({ selector }), message: message("Service") },
        "a monitor for other labels": {
            stack: [monitor({ selector }), service({}, { labels: { app: "wbe" } })],
            message: message("Service"),
        },
        "a monitor that looks in another namespace": {
            stack: [monitor({ selector, namespaceSelector: { matchNames: ["till"] } }), web],
            message: message("Service"),
        },
        "a monitor for pods that are not there": {
            stack: [monitor({ selector }, "PodMonitor"), web],
            message: message("pod"),
        },
    },
    allowed: {
        "a monitor for a Service": { stack: [monitor({ selector }), web] },
        "a monitor that looks everywhere": {
            stack: [
                monitor({ selector, namespaceSelector: { any: true } }),
                service({}, { namespace: "till", labels: { app: "web" } }),
            ],
        },
        "a monitor for pods": { stack: [monitor({ selector }, "PodMonitor"), pod()] },
        "a monitor for everything": { object: monitor({ selector: {} }) },
    },
});
