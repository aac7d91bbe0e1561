import { noInteractiveTerminal } from "../../../../policies/controls/pod/no-interactive-terminal";
import { describeControl } from "../../../support/control-suite";

describeControl(noInteractiveTerminal, {
    refused: {
        "an open terminal": {
            container: { stdin: true, tty: true },
            message: [
                'spec.containers[0].stdin is true (container "web"). Remove it.',
                'spec.containers[0].tty is true (container "web"). Remove it.',
            ],
        },
    },
    allowed: { "both false": { container: { stdin: false, tty: false } }, "a container that doesn't say": {} },
});
