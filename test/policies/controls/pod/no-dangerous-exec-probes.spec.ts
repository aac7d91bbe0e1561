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
        "one behind a wrapper, a variable and a word of the shell": {
            container: {
                livenessProbe: { exec: { command: ["timeout", "5", "/bin/ls", "/x"] } },
                readinessProbe: { exec: { command: ["/bin/bash", "-ec", "if A=b 'lsof' -i; then exit 0; fi"] } },
                startupProbe: { exec: { command: ["sh", "-c", 'test -n "$(find /x)"'] } },
            },
            message: [
                'spec.containers[0].livenessProbe.exec.command runs "ls" (container "web"). Ask the program itself.',
                'spec.containers[0].readinessProbe.exec.command runs "lsof" (container "web"). Ask the program itself.',
                'spec.containers[0].startupProbe.exec.command runs "find" (container "web"). Ask the program itself.',
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
        "a probe that reads a file of such a name": {
            container: {
                livenessProbe: { exec: { command: ["cat", "/tmp/ls"] } },
                readinessProbe: { exec: { command: ["sh", "-c", "grep -q top /run/ps && echo find"] } },
            },
        },
        "a request": { container: { livenessProbe: { httpGet: { port: 80 } } } },
        "a container without probes": {},
    },
});
