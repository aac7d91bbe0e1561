import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { imageMatches, imagesOf, runBy } from "../../kubernetes/images";

export const imagesFromAllowedRegistries = podControl({
    name: "images-from-allowed-registries",
    description: "Every image comes from an allowed registry.",
    why: "On an open registry anyone can publish under a name that looks right.",
    severity: "high",
    covers: ["img.registry-allow"],
    frameworks: [
        ...cis("5.5.1"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1610", "T1204.003"),
        ...nist("CM-7", "SR-3"),
        ...soc2("CC6.8"),
        ...checklist("CTR-4"),
    ],
    remediation: "Copy the image to an allowed registry, or add its registry to the parameter `registries`.",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    params: {
        registries: {
            type: "array",
            items: { type: "string" },
            description:
                "Registries, with an optional start of the path; `*` stands for any characters. Docker Hub is open to everyone: of it, only a publisher is.",
            default: [
                "localhost:5001/",
                "docker.io/falcosecurity/",
                "registry.k8s.io/",
                "ghcr.io/",
                "quay.io/",
                "gcr.io/",
                "*.gcr.io/",
                "*.pkg.dev/",
                "mcr.microsoft.com/",
                "*.azurecr.io/",
                "public.ecr.aws/",
                "*.dkr.ecr.*.amazonaws.com/",
            ],
        },
    },
    admission: {
        none: "The list of registries is a parameter of the stack, which the cluster's policy does not know.",
    },
    *check(pod, { params }) {
        for (const use of imagesOf(pod)) {
            if (use.reference !== "" && !imageMatches(use.reference, params.registries)) {
                yield {
                    path: use.path,
                    ...(use.container !== undefined && { container: use.container }),
                    message: `${use.path} is "${use.reference}"${runBy(use)}, from a registry that isn't allowed. Use one of ${params.registries.join(", ") || "none (the list is empty)"}.`,
                };
            }
        }
    },
});
