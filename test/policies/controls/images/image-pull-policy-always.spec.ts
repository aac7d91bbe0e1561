import { imagePullPolicyAlways } from "../../../../policies/controls/images/image-pull-policy-always";
import { describeControl } from "../../../support/control-suite";

describeControl(imagePullPolicyAlways, {
    good: { container: { imagePullPolicy: "Always" } },
    refused: {
        "a container that doesn't say": {
            container: {},
            message: 'spec.containers[0].imagePullPolicy is not set (container "web"). Set it to Always.',
        },
        "a tag of its own, which leaves it at IfNotPresent": {
            container: { image: "registry.example:5000/web:latest-1" },
            message: 'spec.containers[0].imagePullPolicy is not set (container "web"). Set it to Always.',
        },
        "a digest, which leaves it at IfNotPresent": {
            container: { image: `web@sha256:${"a".repeat(64)}` },
            message: 'spec.containers[0].imagePullPolicy is not set (container "web"). Set it to Always.',
        },
        IfNotPresent: {
            container: { imagePullPolicy: "IfNotPresent" },
            message: 'spec.containers[0].imagePullPolicy is "IfNotPresent" (container "web"). Set it to Always.',
        },
    },
    allowed: {
        Always: {},
        "the tag latest, for which it is the default": { container: { image: "registry.example:5000/web:latest" } },
        "no tag, which means latest": { container: { image: "registry.example:5000/web" } },
    },
});
