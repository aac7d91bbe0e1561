import { podControl } from "../../engine/control";
import { checklist, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { imagesOf, parseImage, runBy } from "../../kubernetes/images";

/** Names that publishers give to whatever is newest of a line. A version is never one of them. */
const MOVING: readonly string[] = [
    ...[
        "latest",
        "stable",
        "edge",
        "nightly",
        "canary",
        "current",
        "head",
        "main",
        "master",
        "trunk",
        "develop",
        "dev",
    ],
    ...["development", "devel", "snapshot", "unstable", "testing", "rolling", "mainline", "lts", "prod", "production"],
    ...["staging", "release", "beta", "alpha", "rc", "next", "experimental", "preview", "qa", "test"],
];

/** A tag moves that is such a name, or one with a word for a variant behind it, and no version: `stable-slim`. */
function moves(tag: string, names: readonly string[]): boolean {
    const lower = tag.toLowerCase();
    return names.some(
        (name) => lower === name || (lower.startsWith(`${name}-`) && !/\d/.test(lower.slice(name.length))),
    );
}

export const noLatestTag = podControl({
    name: "no-latest-tag",
    description: "Every image states a version that is not a moving tag.",
    why: "What a moving tag points at changes without review: two replicas may differ, and a rollback may bring back nothing.",
    severity: "medium",
    // Who writes a moving tag has decided; who writes none may have the version put in where the manifest is used.
    advisesInPart: "an image entry of a kustomization",
    covers: ["img.tag-not-latest"],
    frameworks: [
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1525", "T1204.003"),
        ...nist("CM-2", "SI-7"),
        ...soc2("CC8.1"),
        ...checklist("CTR-3"),
    ],
    remediation: "Name the version, and pin it by digest: registry/repository:1.2.3@sha256:….",
    profiles: ["cis", "nsa", "x0tta6bl4"],
    params: {
        tags: {
            type: "array",
            items: { type: "string" },
            description: "The tags that move, by name; one with a suffix, such as `latest-alpine`, counts as well.",
            default: MOVING,
        },
    },
    admission: {
        expression: [
            "variables.podSpec == null ||",
            "(variables.containers.map(c, c.?image.orValue('')) +",
            " variables.podSpec.?volumes.orValue([]).filter(v, has(v.image)).map(v, v.image.?reference.orValue(''))).all(i,",
            `  i.contains('@') || (i.matches(':[^/]*$') && !i.lowerAscii().matches(r":(?:${MOVING.join("|")})(?:-[^/0-9]*)?$")))`,
        ].join("\n"),
    },
    *check(pod, { params }) {
        for (const use of imagesOf(pod)) {
            const { tag, digest } = parseImage(use.reference);
            // A digest decides; a tag beside it is a comment.
            if (digest !== undefined || (tag !== undefined && tag !== "" && !moves(tag, params.tags))) {
                continue;
            }
            const found =
                use.reference === ""
                    ? "is not set"
                    : `is "${use.reference}", ${tag ? `whose tag moves` : "which has no tag and so means latest"}`;
            yield {
                path: use.path,
                ...(use.container !== undefined && { container: use.container }),
                message: `${use.path} ${found}${runBy(use)}. Name a version.`,
                absent: use.reference === "",
                decided: tag !== undefined && tag !== "",
            };
        }
    },
});
