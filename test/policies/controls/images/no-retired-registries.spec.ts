import { noRetiredRegistries } from "../../../../policies/controls/images/no-retired-registries";
import { describeControl } from "../../../support/control-suite";

describeControl(noRetiredRegistries, {
    refused: {
        "the registry that Kubernetes left": {
            container: { image: "k8s.gcr.io/pause:3.5" },
            message:
                'spec.containers[0].image is "k8s.gcr.io/pause:3.5" (container "web"), from a registry that is retired or denied. Take it from its current home.',
        },
        "a registry that the configuration denies": {
            container: { image: "evil.example/web:1" },
            params: { registries: ["evil.example/"] },
            message:
                'spec.containers[0].image is "evil.example/web:1" (container "web"), from a registry that is retired or denied. Take it from its current home.',
        },
    },
    allowed: {
        "the registry that took its place": { container: { image: "registry.k8s.io/pause:3.10" } },
        "a container without an image": { container: { image: undefined } },
    },
});
