import { noHostInProbes } from "../../../../policies/controls/pod/no-host-in-probes";
import { describeControl } from "../../../support/control-suite";

describeControl(noHostInProbes, {
    refused: {
        "probes and hooks that name a host": {
            container: {
                livenessProbe: { httpGet: { port: 80, host: "169.254.169.254" } },
                readinessProbe: { tcpSocket: { port: 80, host: "10.0.0.1" } },
                startupProbe: { httpGet: { port: 80, host: "127.0.0.1" } },
                lifecycle: {
                    postStart: { httpGet: { port: 80, host: "a.example" } },
                    preStop: { tcpSocket: { port: 80, host: "b.example" } },
                },
            },
            message: [
                ["livenessProbe.httpGet", "169.254.169.254"],
                ["readinessProbe.tcpSocket", "10.0.0.1"],
                ["startupProbe.httpGet", "127.0.0.1"],
                ["lifecycle.postStart.httpGet", "a.example"],
                ["lifecycle.preStop.tcpSocket", "b.example"],
            ].map(([field, host]) => `spec.containers[0].${field}.host is "${host}" (container "web"). Remove it.`),
        },
    },
    allowed: {
        "an empty host": { container: { livenessProbe: { httpGet: { port: 80, host: "" } } } },
        "a host before v1.34": {
            container: { livenessProbe: { httpGet: { port: 80, host: "10.0.0.1" } } },
            params: { pssVersion: "v1.33" },
        },
        "a command": { container: { livenessProbe: { exec: { command: ["true"] } } } },
        "a container without probes": {},
    },
});
