import { livenessProbeSet } from "../../../../policies/controls/resources/liveness-probe-set";
import { describeControl } from "../../../support/control-suite";

describeControl(livenessProbeSet, {
    good: { container: { livenessProbe: { httpGet: { port: 8080 } } } },
    roles: [],
    kinds: ["Pod", "PodTemplate", "ReplicationController", "Deployment", "DaemonSet", "StatefulSet", "ReplicaSet"],
    refused: {
        "a container without one": {
            container: {},
            message: 'spec.containers[0].livenessProbe is not set (container "web"). Set one.',
        },
        "a sidecar that serves": {
            pod: {
                initContainers: [
                    { name: "proxy", image: "proxy:1", restartPolicy: "Always", ports: [{ containerPort: 80 }] },
                ],
            },
            message: 'spec.initContainers[0].livenessProbe is not set (container "proxy"). Set one.',
        },
    },
    allowed: {
        "a sidecar that serves nothing": {
            pod: { initContainers: [{ name: "tail", image: "tail:1", restartPolicy: "Always" }] },
        },
        "a container with one": {},
        "a Job, which ends by itself": { container: {}, kind: "Job" },
        "a pod that is not restarted": { container: {}, pod: { restartPolicy: "Never" } },
        "an init container": { pod: { initContainers: [{ name: "init", image: "busybox:1.36" }] } },
    },
});
