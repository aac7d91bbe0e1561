import { isDeepStrictEqual } from "node:util";

import { IMAGES, isImageOf } from "../../engine/cel";
import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { imageMatches, imagesOf, runBy } from "../../kubernetes/images";

/**
 * Registries and accounts that one publisher alone writes to: the Kubernetes project, Microsoft, and those of the components
 * that this foundation deploys. A registry where anybody may open an account is none, whoever runs it.
 */
const ONE_PUBLISHER: readonly string[] = [
    "localhost:5001/",
    "docker.io/falcosecurity/",
    "ghcr.io/external-secrets/",
    "ghcr.io/spiffe/",
    "mcr.microsoft.com/",
    "registry.k8s.io/",
];

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
    remediation:
        "Copy the image to an allowed registry, or name its registry or account in the parameter `registries`.",
    advisesUntilSet: "registries",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    params: {
        registries: {
            type: "array",
            items: { type: "string" },
            description:
                "Registries, with an optional start of the path; `*` stands for any characters. Name the accounts you trust, not a registry where anybody opens one. By default those that only one publisher writes to, and the control advises.",
            default: [...ONE_PUBLISHER],
        },
    },
    admission: {
        with: ({ registries }) => ({
            variables: IMAGES,
            expression: `variables.images.all(image, ${isImageOf("image", registries)})`,
        }),
    },
    *check(pod, { params }) {
        const { registries } = params;
        const advice = isDeepStrictEqual(registries, ONE_PUBLISHER)
            ? "which nobody named as trusted: no list of registries is configured. Name yours in the parameter registries."
            : `from a registry that isn't allowed. Use one of ${registries.join(", ") || "none (the list is empty)"}.`;
        for (const use of imagesOf(pod)) {
            if (use.reference !== "" && !imageMatches(use.reference, registries)) {
                yield {
                    path: use.path,
                    ...(use.container !== undefined && { container: use.container }),
                    message: `${use.path} is "${use.reference}"${runBy(use)}, ${advice}`,
                };
            }
        }
    },
});
