import { noDuplicateVariables } from "../../../../policies/controls/resources/no-duplicate-variables";
import { describeControl } from "../../../support/control-suite";

describeControl(noDuplicateVariables, {
    refused: {
        "a variable that is set twice": {
            container: {
                env: [
                    { name: "A", value: "1" },
                    { name: "B", value: "2" },
                    { name: "A", value: "1" },
                ],
            },
            message: 'spec.containers[0].env[2].name is "A", as is env[0] (container "web"). Keep one of them.',
        },
    },
    allowed: {
        "different variables": {
            container: {
                env: [
                    { name: "A", value: "1" },
                    { name: "a", value: "1" },
                ],
            },
        },
        "a container without an environment": {},
    },
});
