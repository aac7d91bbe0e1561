import { noDangerousExecProbes } from "../../../../policies/controls/pod/no-dangerous-exec-probes";
import { describeControl } from "../../../support/control-suite";

describeControl(noDangerousExecProbes, {
    refused: {
        "a probe that lists processes": {
            container: {
                livenessProbe: { exec: { command: ["/bin/ps", "aux"] } },
                readinessProbe: { exec: { command: ["sh", "-c", "cat /tmp/x; jcmd 1"] } },
            },
            message: [
                'spec.containers[0].livenessProbe.exec.command runs "ps" (container "web"). Ask the program itself.',
                'spec.containers[0].readinessProbe.exec.command runs "jcmd" (container "web"). Ask the program itself.',
            ],
        },
        "one that the configuration names": {
            container: { startupProbe: { exec: { command: ["curl", "localhost"] } } },
            params: { commands: ["curl"] },
            message:
                'spec.containers[0].startupProbe.exec.command runs "curl" (container "web"). Ask the program itself.',
        },
    },
    allowed: {
        "a probe that reads one file": { container: { livenessProbe: { exec: { command: ["cat", "/tmp/psalm"] } } } },
        "a request": { container: { livenessProbe: { httpGet: { port: 80 } } } },
        "a container without probes": {},
    },
});
