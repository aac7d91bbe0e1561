import { imagePullPolicyAlways } from "../../../../policies/controls/images/image-pull-policy-always";
import { describeControl } from "../../../support/control-suite";

describeControl(imagePullPolicyAlways, {
    good: { container: { imagePullPolicy: "Always" } },
    refused: {
        "a container that doesn't say": {
            container: {},
            message: 'spec.containers[0].imagePullPolicy is not set (container "web"). Set it to Always.',
        },
        IfNotPresent: {
            container: { imagePullPolicy: "IfNotPresent" },
            message: 'spec.containers[0].imagePullPolicy is "IfNotPresent" (container "web"). Set it to Always.',
        },
    },
    allowed: { Always: {} },
});
