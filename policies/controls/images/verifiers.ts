import type { StackContext, StackFault } from "../../engine/control";
import { foundationOf } from "../../kubernetes/foundation";
import { imageMatches, imagesOf, parseImage, runBy } from "../../kubernetes/images";
import type { Body, KubeObject } from "../../kubernetes/kube";
import { list, obj, str, strings } from "../../kubernetes/kube";
import type { Stack } from "../../kubernetes/stack";

/** What an image policy of the cluster demands before an image may run. */
interface Verifier {
    readonly object: KubeObject;
    /** Patterns of the images it speaks of, as `imageMatches` reads them. */
    readonly images: readonly string[];
    /** It sees an image that has a digest by that alone, without its tag. */
    readonly dropsTags: boolean;
    /**
     * Predicate types of the attestations that each of its authorities demands, in lower case; a signature is demanded in any
     * case. One authority is enough to let an image in.
     */
    readonly attestations: readonly (readonly string[])[];
}

/**
 * The image policies of a stack: Kyverno's `verifyImages` rules and ImageValidatingPolicy, and sigstore's
 * ClusterImagePolicy. One that only warns or audits keeps nothing out and is left out.
 */
function verifiersOf(stack: Stack): readonly Verifier[] {
    return [
        ...[...stack.ofKind("ClusterPolicy"), ...stack.ofKind("Policy")].flatMap(kyvernoVerifiers),
        ...stack.ofKind("ImageValidatingPolicy").flatMap(imageValidatingVerifier),
        ...stack.ofKind("ClusterImagePolicy").flatMap(sigstoreVerifier),
    ];
}

/** Says whether a stack holds a policy that is about images, be it one that only warns. */
function holdsImagePolicy(stack: Stack): boolean {
    const verifies = (rule: unknown): boolean => list(obj(rule)["verifyImages"]).length > 0;
    return (
        stack.ofKind("ImageValidatingPolicy").length > 0 ||
        stack.ofKind("ClusterImagePolicy").length > 0 ||
        [...stack.ofKind("ClusterPolicy"), ...stack.ofKind("Policy")].some((policy) =>
            list(obj(policy.body["spec"])["rules"]).some(verifies),
        )
    );
}

/** Says whether one of the policies demands a signature of an image, and an attestation that `accepts` where it's given. */
function isVerified(
    verifiers: readonly Verifier[],
    reference: string,
    accepts?: (predicateType: string) => boolean,
): boolean {
    return verifiers.some(
        ({ images, dropsTags, attestations }) =>
            imageMatches(dropsTags ? withoutTag(reference) : reference, images) &&
            (accepts === undefined || (attestations.length > 0 && attestations.every((types) => types.some(accepts)))),
    );
}

function withoutTag(reference: string): string {
    const { registry, repository, digest } = parseImage(reference);
    return digest === undefined ? reference : `${registry}/${repository}@${digest}`;
}

function kyvernoVerifiers(object: KubeObject): readonly Verifier[] {
    if (object.group !== "kyverno.io") {
        return [];
    }
    const spec = obj(object.body["spec"]);
    return list(spec["rules"])
        .flatMap((rule) => list(obj(rule)["verifyImages"]))
        .map(obj)
        .filter((verify) => enforces(verify["failureAction"] ?? spec["validationFailureAction"]))
        .map((verify) => ({
            object,
            images: strings(verify["imageReferences"]).concat(str(verify["image"]) || []),
            dropsTags: false,
            attestations: [typesOf(verify)],
        }));
}

/** Kyverno's default is to audit. */
function enforces(action: unknown): boolean {
    return str(action).toLowerCase() === "enforce";
}

function typesOf({ attestations }: Body): readonly string[] {
    return list(attestations).map((entry) => typeOf(obj(entry)));
}

function typeOf(attestation: Body): string {
    return (str(attestation["type"]) || str(attestation["predicateType"])).toLowerCase();
}

function imageValidatingVerifier(object: KubeObject): readonly Verifier[] {
    const spec = obj(object.body["spec"]);
    const actions = strings(spec["validationActions"]);
    if (object.group !== "policies.kyverno.io" || (actions.length > 0 && !actions.includes("Deny"))) {
        return [];
    }
    return [
        {
            object,
            images: list(spec["matchImageReferences"]).flatMap((reference) => str(obj(reference)["glob"]) || []),
            dropsTags: false,
            attestations: [
                list(spec["attestations"]).map((entry) => {
                    const { intoto, referrer } = obj(entry) as { intoto?: unknown; referrer?: unknown };
                    return typeOf(obj(intoto ?? referrer));
                }),
            ],
        },
    ];
}

function sigstoreVerifier(object: KubeObject): readonly Verifier[] {
    const spec = obj(object.body["spec"]);
    const authorities = list(spec["authorities"]).map(obj);
    // Any authority may admit an image, and a static one does so without a signature.
    const admitsUnsigned = authorities.some((authority) => obj(authority["static"])["action"] === "pass");
    if (object.group !== "policy.sigstore.dev" || spec["mode"] === "warn" || admitsUnsigned) {
        return [];
    }
    return [
        {
            object,
            images: list(spec["images"]).flatMap((image) => sigstorePattern(str(obj(image)["glob"])) || []),
            dropsTags: true,
            attestations: authorities.map(typesOf),
        },
    ];
}

/** Its globs speak of whole names: `**` crosses slashes, which `*` here does anyway, and Docker Hub goes by its index. */
function sigstorePattern(glob: string): string {
    return glob.replaceAll("**", "*").replace(/^index\.docker\.io\//, "docker.io/");
}

/**
 * The faults of images that no policy of the stack holds to a demand. `demand` completes "no policy of the stack …";
 * `accepts` says which attestations meet it, where a signature alone does not.
 */
export function* unverifiedImages(
    stack: Stack,
    { each }: StackContext,
    demand: string,
    accepts?: (predicateType: string) => boolean,
): Iterable<StackFault> {
    // Whether a cluster verifies images is no business of a stack that neither speaks for it nor holds such policies.
    if (foundationOf(stack) === undefined && !holdsImagePolicy(stack)) {
        return;
    }
    const verifiers = stack.memo(verifiersOf);
    yield* each(
        stack.pods(),
        (pod) => pod.object,
        function* (pod) {
            for (const use of imagesOf(pod)) {
                if (use.reference !== "" && !isVerified(verifiers, use.reference, accepts)) {
                    yield {
                        object: pod.object,
                        path: use.path,
                        ...(use.container !== undefined && { container: use.container }),
                        message: `${use.path} is "${use.reference}"${runBy(use)}, and no policy of the stack ${demand}. Add it to an image policy.`,
                    };
                }
            }
        },
    );
}
