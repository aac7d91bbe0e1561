import type { Control } from "../../engine/control";
import { imageProvenanceAttested } from "./image-provenance-attested";
import { imagePullPolicyAlways } from "./image-pull-policy-always";
import { imagePullSecretsSet } from "./image-pull-secrets-set";
import { imageSbomsAttested } from "./image-sboms-attested";
import { imageScansAttested } from "./image-scans-attested";
import { imageSignaturesVerified } from "./image-signatures-verified";
import { imagesFromAllowedRegistries } from "./images-from-allowed-registries";
import { imagesPinnedByDigest } from "./images-pinned-by-digest";
import { noLatestTag } from "./no-latest-tag";
import { noRetiredRegistries } from "./no-retired-registries";
import { registryPrefixesClosed } from "./registry-prefixes-closed";

/** What images may be run, in reading order. */
export const imagesControls: readonly Control[] = [
    noLatestTag,
    imagesPinnedByDigest,
    imagesFromAllowedRegistries,
    noRetiredRegistries,
    imagePullPolicyAlways,
    imagePullSecretsSet,
    imageSignaturesVerified,
    imageSbomsAttested,
    imageProvenanceAttested,
    imageScansAttested,
    registryPrefixesClosed,
];
