import { podControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { imagesOf, parseImage, PINNING_DIGEST, runBy } from "../../kubernetes/images";

export const imagesPinnedByDigest = podControl({
    name: "images-pinned-by-digest",
    description: "Every image is pinned by its full digest.",
    why: "Whoever can write to the registry can put another image under the same tag; a digest names the bytes.",
    severity: "medium",
    advisesInPart: "an image entry of a kustomization",
    covers: ["img.digest"],
    frameworks: [
        ...mitre("T1525", "T1204.003"),
        ...nist("CM-2", "SI-7", "SR-4"),
        ...soc2("CC8.1"),
        ...checklist("CTR-3", "CTR-4"),
    ],
    includes: ["no-latest-tag"],
    remediation: "Append the digest: registry/repository:1.2.3@sha256:<64 hexadecimal digits>.",
    profiles: ["nsa", "x0tta6bl4"],
    admission: {
        expression: [
            "variables.podSpec == null ||",
            "(variables.containers.map(c, c.?image.orValue('')) +",
            " variables.podSpec.?volumes.orValue([]).filter(v, has(v.image)).map(v, v.image.?reference.orValue(''))).all(i,",
            "  i.matches('^[^@]+@(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$'))",
        ].join("\n"),
    },
    *check(pod) {
        for (const use of imagesOf(pod)) {
            if (!PINNING_DIGEST.test(parseImage(use.reference).digest ?? "")) {
                yield {
                    path: use.path,
                    ...(use.container !== undefined && { container: use.container }),
                    message: `${use.path} ${use.reference === "" ? "is not set" : `is "${use.reference}", without a full digest`}${runBy(use)}. Append @sha256:….`,
                    absent: use.reference === "",
                };
            }
        }
    },
});
