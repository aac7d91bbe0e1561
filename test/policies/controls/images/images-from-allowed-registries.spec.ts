import { imagesFromAllowedRegistries } from "../../../../policies/controls/images/images-from-allowed-registries";
import { describeControl } from "../../../support/control-suite";

describeControl(imagesFromAllowedRegistries, {
    good: { container: { image: "registry.k8s.io/pause:3.10" } },
    refused: {
        "an image of Docker Hub": {
            container: { image: "nginx:1.27" },
            params: { registries: ["registry.k8s.io/", "ghcr.io/acme"] },
            message:
                'spec.containers[0].image is "nginx:1.27" (container "web"), from a registry that isn\'t allowed. Use one of registry.k8s.io/, ghcr.io/acme.',
        },
        "a registry whose name only starts like an allowed one": {
            container: { image: "registry.example.attacker.net/web:1" },
            params: { registries: ["registry.example", "registry.k8s.io"] },
            message:
                'spec.containers[0].image is "registry.example.attacker.net/web:1" (container "web"), from a registry that isn\'t allowed. Use one of registry.example, registry.k8s.io.',
        },
        "an account whose name only starts like an allowed one": {
            container: { image: "ghcr.io/acmemalicious/web:1" },
            params: { registries: ["ghcr.io/acme", "registry.k8s.io"] },
            message:
                'spec.containers[0].image is "ghcr.io/acmemalicious/web:1" (container "web"), from a registry that isn\'t allowed. Use one of ghcr.io/acme, registry.k8s.io.',
        },
        "everything where the list is empty": {
            container: { image: "ghcr.io/acme/web:1" },
            params: { registries: [] },
            message:
                'spec.containers[0].image is "ghcr.io/acme/web:1" (container "web"), from a registry that isn\'t allowed. Use one of none (the list is empty).',
        },
        "an account of a registry where anybody opens one, unless somebody names it": {
            container: { image: "ghcr.io/attacker/web:1" },
            message:
                'spec.containers[0].image is "ghcr.io/attacker/web:1" (container "web"), which nobody named as trusted: no list of registries is configured. Name yours in the parameter registries.',
        },
        "a star that would have to cross into the path": {
            container: { image: "attacker.net/x.azurecr.io/web:1" },
            params: { registries: ["*.azurecr.io/"] },
            message:
                'spec.containers[0].image is "attacker.net/x.azurecr.io/web:1" (container "web"), from a registry that isn\'t allowed. Use one of *.azurecr.io/.',
        },
    },
    allowed: {
        "an image of an allowed registry": {},
        "a registry by pattern": {
            container: { image: "123.dkr.ecr.eu-west-1.amazonaws.com/web:1" },
            params: { registries: ["123.dkr.ecr.*.amazonaws.com/"] },
        },
        "a whole reference": { container: { image: "ubuntu:24.04" }, params: { registries: ["ubuntu:24.04"] } },
        "an account of Docker Hub, by its short name and its full one": {
            container: { image: "index.docker.io/acme/web:1" },
            params: { registries: ["docker.io/acme/"] },
        },
        "an official image by its full name": {
            container: { image: "nginx:1.27" },
            params: { registries: ["docker.io/library/"] },
        },
    },
});
