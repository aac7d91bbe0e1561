import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import { parseImage } from "../../kubernetes/images";
import type { Body } from "../../kubernetes/kube";
import { list, obj, strings } from "../../kubernetes/kube";

/** A prefix that ends within a name: `registry.example` also admits `registry.example.attacker.net`. */
function isOpen(prefix: string): boolean {
    const { tag, digest } = parseImage(prefix);
    return !/[/:@]$/.test(prefix) && tag === undefined && digest === undefined;
}

/** In a glob, a star right behind a name does what an open prefix does; one behind a slash or a tag's colon doesn't. */
function isOpenGlob(pattern: string): boolean {
    return pattern.length > 1 && pattern.endsWith("*") && !/[/:@*]$/.test(pattern.slice(0, -1));
}

function* open(path: string, patterns: readonly string[], judge: (pattern: string) => boolean): Iterable<Fault> {
    for (const [index, pattern] of patterns.entries()) {
        if (judge(pattern)) {
            yield {
                path: `${path}[${index}]`,
                message: `${path}[${index}] is "${pattern}", which also admits longer names. Close it with a slash.`,
            };
        }
    }
}

function* kyvernoFaults(path: string, spec: Body): Iterable<Fault> {
    for (const [index, rule] of list(spec["rules"]).entries()) {
        for (const [entry, verify] of list(obj(rule)["verifyImages"]).entries()) {
            const at = `${path}.rules[${index}].verifyImages[${entry}].imageReferences`;
            yield* open(at, strings(obj(verify)["imageReferences"]), isOpenGlob);
        }
    }
}

export const registryPrefixesClosed = objectControl({
    name: "registry-prefixes-closed",
    description: "Every image policy in the cluster closes its registry prefixes with a slash.",
    why: "An open prefix admits any registry whose name merely starts the same, and names can be bought.",
    severity: "medium",
    covers: ["img.repo-prefix"],
    frameworks: [...mitre("T1204.003"), ...nist("CM-7", "SR-3"), ...checklist("CTR-4")],
    remediation: "End the prefix with a slash, e.g. registry.example/team/.",
    profiles: ["x0tta6bl4"],
    kinds: [
        "constraints.gatekeeper.sh/K8sAllowedRepos",
        "constraints.gatekeeper.sh/K8sAllowedReposv2",
        "kyverno.io/ClusterPolicy",
        "kyverno.io/Policy",
        "policy.sigstore.dev/ClusterImagePolicy",
    ],
    admission: { none: "The policies that it looks at are themselves what admission is made of." },
    *check(object) {
        const spec = obj(object.body["spec"]);
        const at = `${object.prefix}spec`;
        switch (object.kind) {
            case "K8sAllowedRepos":
                yield* open(`${at}.parameters.repos`, strings(obj(spec["parameters"])["repos"]), isOpen);
                break;
            case "K8sAllowedReposv2":
                yield* open(
                    `${at}.parameters.allowedImages`,
                    strings(obj(spec["parameters"])["allowedImages"]),
                    isOpenGlob,
                );
                break;
            case "ClusterImagePolicy":
                for (const [index, image] of list(spec["images"]).entries()) {
                    const glob = obj(image)["glob"];
                    if (typeof glob === "string" && isOpenGlob(glob)) {
                        const path = `${at}.images[${index}].glob`;
                        yield {
                            path,
                            message: `${path} is "${glob}", which also admits longer names. Close it with a slash.`,
                        };
                    }
                }
                break;
            default:
                yield* kyvernoFaults(at, spec);
        }
    },
});
