import { IMAGES, isImageOf } from "../../engine/cel";
import { podControl } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import { imageMatches, imagesOf, runBy } from "../../kubernetes/images";

export const noRetiredRegistries = podControl({
    name: "no-retired-registries",
    description: "No image comes from a registry that is retired or denied.",
    why: "A retired registry gets no more fixes, and one day the image is gone when a node needs it.",
    severity: "medium",
    covers: ["img.registry-deny"],
    frameworks: [...mitre("T1204.003"), ...nist("SA-22", "SR-3"), ...checklist("CTR-4")],
    remediation: "Take the image from its current home, e.g. registry.k8s.io in place of k8s.gcr.io.",
    profiles: ["nsa", "x0tta6bl4"],
    params: {
        registries: {
            type: "array",
            items: { type: "string" },
            description: "Registries, with an optional start of the path; `*` stands for any characters.",
            default: [
                "k8s.gcr.io/",
                "*.k8s.gcr.io/",
                "gcr.io/google-containers/",
                "gcr.io/google_containers/",
                "docker.pkg.github.com/",
            ],
        },
    },
    admission: {
        with: ({ registries }) => ({
            variables: IMAGES,
            expression: `!variables.images.exists(image, ${isImageOf("image", registries)})`,
        }),
    },
    *check(pod, { params }) {
        for (const use of imagesOf(pod)) {
            if (use.reference !== "" && imageMatches(use.reference, params.registries)) {
                yield {
                    path: use.path,
                    ...(use.container !== undefined && { container: use.container }),
                    message: `${use.path} is "${use.reference}"${runBy(use)}, from a registry that is retired or denied. Take it from its current home.`,
                };
            }
        }
    },
});
