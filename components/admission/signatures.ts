import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { suggestion } from "../../policies/text";
import { OWNER } from "../deployment";
import type { Foundation } from "../area";
import type { ImageName, Images } from "../images";
import { IMAGES } from "../images";
import type { SignatureSettings, Signer } from "./settings";

/** What is wrong with the settings, each fault under its path; none where signatures are not asked for. */
export function signatureFaults(
    settings: SignatureSettings | undefined,
    { images, imagesByNamespace }: Pick<Foundation, "images" | "imagesByNamespace">,
    path: string,
): readonly string[] {
    if (settings === undefined) {
        return [];
    }
    const names = Object.keys(settings.images);
    const needed = new Set(settings.namespaces.flatMap((namespace) => imagesByNamespace[namespace] ?? []));
    const faults = settings.controllerInstalled
        ? []
        : [
              `${path}.controllerInstalled must be true: without sigstore policy-controller in the cluster nothing verifies a signature; docs/foundation.md says how it has to be installed`,
          ];
    for (const [index, namespace] of settings.namespaces.entries()) {
        const known = Object.keys(imagesByNamespace);
        if (!known.includes(namespace)) {
            faults.push(
                `${path}.namespaces[${index}] is "${namespace}", where this stack runs no image${suggestion(namespace, known)}`,
            );
        }
    }
    for (const name of names) {
        if (!images.has(name)) {
            const known = [...new Set([...Object.keys(IMAGES), ...Object.values(imagesByNamespace).flat()])];
            faults.push(`${path}.images.${name} is not an image of this program${suggestion(name, known)}`);
        } else if (!needed.has(name)) {
            faults.push(`${path}.images.${name} runs in none of the namespaces listed, so nobody would verify it`);
        } else if (!images.isPinned(name)) {
            faults.push(
                `${path}.images.${name} is deployed by tag; a signature speaks of a digest, so set ${images.digestSetting(name)}`,
            );
        }
    }
    for (const name of [...needed].filter((image) => !names.includes(image))) {
        faults.push(`${path}.images.${name} is missing: the namespaces listed run it, and it would be refused there`);
    }
    return faults;
}

/** The label by which policy-controller knows the namespaces whose images it verifies. */
const SIGNED_LABEL = { "policy.sigstore.dev/include": "true" } as const;

/** The labels that a namespace gets for the settings. */
export function signatureLabels(
    settings: SignatureSettings | undefined,
    namespace: string,
): Readonly<Record<string, string>> {
    return settings?.namespaces.includes(namespace) === true ? SIGNED_LABEL : {};
}

/** Body of a ClusterImagePolicy, `policy.sigstore.dev/v1beta1`, as far as it is used here. */
export interface ImagePolicySpec {
    readonly mode: "enforce";
    readonly images: readonly { readonly glob: string }[];
    readonly authorities: readonly Readonly<Record<string, unknown>>[];
}

/**
 * The policy of one image: all of its digests, and nothing that merely starts with its name.
 *
 * @param repository registry and repository, as {@link Images.repository} names them
 */
export function imagePolicySpec(repository: string, signer: Signer): ImagePolicySpec {
    // The controller resolves Docker Hub's name to that of its index before it compares.
    const resolved = repository.replace(/^docker\.io\//, "index.docker.io/");
    return { mode: "enforce", images: [{ glob: `${resolved}@sha256:*` }], authorities: [authority(signer)] };
}

const PUBLIC_LOG = { url: "https://rekor.sigstore.dev" };

function authority(signer: Signer): Readonly<Record<string, unknown>> {
    switch (signer.kind) {
        case "keyless":
            return {
                name: "keyless",
                keyless: {
                    url: "https://fulcio.sigstore.dev",
                    identities: [{ issuer: signer.issuer, subject: signer.subject }],
                },
                ctlog: PUBLIC_LOG,
                ...formatOf(signer),
            };
        case "kms":
            return {
                name: "kms",
                key: { kms: signer.key, hashAlgorithm: "sha256" },
                // Said to be empty, the log isn't asked.
                ctlog: signer.transparencyLog ? PUBLIC_LOG : {},
                ...formatOf(signer),
            };
        case "none":
            return { name: "unsigned", static: { action: "pass" } };
    }
}

/** `legacy` is the controller's default, and unknown to its older versions. */
function formatOf({ format }: Exclude<Signer, { kind: "none" }>): Readonly<Record<string, unknown>> {
    return format === "legacy" ? {} : { signatureFormat: format };
}

export interface ImageSignaturesArgs {
    /** Checked with {@link signatureFaults}. */
    readonly settings: SignatureSettings;
    readonly images: Images;
}

/**
 * What has to have signed the images of the labelled namespaces. No expression over an object can verify a signature, so
 * these are policies for sigstore policy-controller, which the cluster has to bring. They must exist before the namespaces
 * are labelled: the controller refuses an image of which no policy speaks.
 *
 * Creates: a ClusterImagePolicy for each image.
 */
export class ImageSignatures extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:admission:ImageSignatures";

    constructor(name: string, args: ImageSignaturesArgs, opts?: pulumi.ComponentResourceOptions) {
        super(ImageSignatures.__pulumiType, name, args, opts);
        const { settings, images } = args;
        for (const [image, signer] of Object.entries(settings.images)) {
            const reason = signer.kind === "none" ? { "x0tta6bl4.io/unsigned-because": signer.reason } : undefined;
            new k8s.apiextensions.CustomResource(
                `${name}-${image}`,
                {
                    apiVersion: "policy.sigstore.dev/v1beta1",
                    kind: "ClusterImagePolicy",
                    metadata: {
                        name: `${pulumi.getProject()}-${image}`,
                        labels: { owner: OWNER },
                        ...(reason && { annotations: reason }),
                    },
                    spec: imagePolicySpec(images.repository(image as ImageName), signer),
                },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}
