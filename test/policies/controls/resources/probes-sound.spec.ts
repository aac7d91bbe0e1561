import { probesSound } from "../../../../policies/controls/resources/probes-sound";
import { workload } from "../../../support/cases";
import { describeControl } from "../../../support/control-suite";

describeControl(probesSound, {
    good: { container: { readinessProbe: { httpGet: { port: 8080 } } } },
    roles: [],
    kinds: ["Pod", "PodTemplate", "ReplicationController", "Deployment", "DaemonSet", "StatefulSet", "ReplicaSet"],
    refused: {
        "a container without any probe": {
            container: {},
            message: 'spec.containers[0].livenessProbe is not set, nor is any other probe (container "web"). Set it.',
        },
        "two probes that are the same, in whatever order": {
            container: {
                livenessProbe: { httpGet: { port: 8080, path: "/" } },
                readinessProbe: { httpGet: { path: "/", port: 8080 } },
            },
            message:
                'spec.containers[0].readinessProbe is the same as the liveness probe (container "web"). Ask two different questions.',
        },
        "a port that no port is called": {
            container: { ports: [{ name: "http", containerPort: 80 }], livenessProbe: { tcpSocket: { port: "web" } } },
            message:
                'spec.containers[0].livenessProbe.tcpSocket.port is "web", which no port of the container is called (container "web"). Name one that exists.',
        },
        "a number beside the ones that the container declares": {
            container: {
                ports: [{ containerPort: 80 }, { containerPort: 8443 }],
                livenessProbe: { tcpSocket: { port: 8080 } },
            },
            message:
                'spec.containers[0].livenessProbe.tcpSocket.port is 8080, and the container declares 80, 8443 (container "web"). Ask a port that it has, or declare this one.',
        },
        "a probe that asks nothing": {
            container: { startupProbe: { periodSeconds: 5 } },
            message:
                'spec.containers[0].startupProbe asks nothing (container "web"). Give it one of exec, grpc, httpGet, tcpSocket.',
        },
        "a pod that a Service leads to before it is ready": {
            stack: [
                {
                    apiVersion: "v1",
                    kind: "Service",
                    metadata: { name: "web", namespace: "shop" },
                    spec: { selector: { app: "web" } },
                },
                workload(
                    "Deployment",
                    {},
                    { containers: [{ name: "web", livenessProbe: { httpGet: { port: 8080 } } }] },
                ),
            ],
            message:
                'spec.template.spec.containers[0].readinessProbe is not set, and a Service sends requests to the pod (container "web"). Set it.',
        },
        "a probe that the configuration demands": {
            params: { required: ["livenessProbe", "readinessProbe"] },
            message: 'spec.containers[0].livenessProbe is not set (container "web"). Set it.',
        },
    },
    allowed: {
        "one probe": {},
        "a port by its name": {
            container: { ports: [{ name: "http", containerPort: 80 }], livenessProbe: { httpGet: { port: "http" } } },
        },
        "a number, which needs no declared port": {
            container: { ports: [{ containerPort: 80 }], livenessProbe: { grpc: { port: 9090 } } },
        },
        "a number where no port is declared": { container: { livenessProbe: { tcpSocket: { port: 8080 } } } },
        "a number in quotes": {
            container: { ports: [{ containerPort: 80 }], livenessProbe: { httpGet: { port: "80" } } },
        },
        "a port of its own for one probe of two": {
            container: {
                ports: [{ containerPort: 80 }],
                livenessProbe: { httpGet: { port: 9090 } },
                readinessProbe: { httpGet: { port: 80 } },
            },
        },
        "a pod behind a Service that one of its containers keeps back": {
            stack: [
                {
                    apiVersion: "v1",
                    kind: "Service",
                    metadata: { name: "web", namespace: "shop" },
                    spec: { selector: { app: "web" } },
                },
                workload(
                    "Deployment",
                    {},
                    {
                        containers: [
                            { name: "web", livenessProbe: { httpGet: { port: 8080 } } },
                            { name: "proxy", readinessProbe: { httpGet: { port: 8081 } } },
                        ],
                    },
                ),
            ],
        },
        "a CronJob without probes": { container: {}, kind: "CronJob" },
    },
});
