import { noSudo } from "../../../../policies/controls/pod/no-sudo";
import { describeControl } from "../../../support/control-suite";

describeControl(noSudo, {
    refused: {
        "a program started through sudo": {
            container: { command: ["/usr/bin/sudo", "server"], args: ["sh -c 'sudo server'"] },
            message: [
                'spec.containers[0].command[0] calls sudo (container "web"). Start the program directly.',
                'spec.containers[0].args[0] calls sudo (container "web"). Start the program directly.',
            ],
        },
        "a hook that calls sudo": {
            container: {
                lifecycle: {
                    postStart: { exec: { command: ["sh", "-c", "x && sudo y"] } },
                    preStop: { exec: { command: ["/usr/bin/sudo", "y"] } },
                },
            },
            message: [
                'spec.containers[0].lifecycle.postStart.exec.command[2] calls sudo (container "web"). Start the program directly.',
                'spec.containers[0].lifecycle.preStop.exec.command[0] calls sudo (container "web"). Start the program directly.',
            ],
        },
    },
    allowed: {
        "words that only hold it": { container: { command: ["server", "--no-sudo", "/etc/sudoers", "pseudo x"] } },
        "a container without a command": {},
    },
});
