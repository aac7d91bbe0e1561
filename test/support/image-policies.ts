import type { Control } from "../../policies/engine/control";
import type { Refused } from "./control-suite";
import { describeControl } from "./control-suite";
import type { Case } from "./cases";
import type { Manifest } from "./controls";
import { NODE } from "./objects";

const IMAGE = "ghcr.io/acme/web:1";

/** A pod whose image a policy may or may not cover. */
export const POD: Manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "shop" },
    spec: { containers: [{ name: "web", image: IMAGE }] },
};

/** A Kyverno policy whose rule verifies the pod's image, and enforces. */
export function kyverno(verify: Manifest, spec: Manifest = {}): Manifest {
    const verifyImages = [{ imageReferences: ["ghcr.io/acme/*"], failureAction: "Enforce", ...verify }];
    return {
        apiVersion: "kyverno.io/v1",
        kind: "ClusterPolicy",
        metadata: { name: "images" },
        spec: { rules: [{ name: "verify", verifyImages }], ...spec },
    };
}

/** A sigstore policy that covers the pod's image. */
export function sigstore(authority: Manifest, spec: Manifest = {}): Manifest {
    return {
        apiVersion: "policy.sigstore.dev/v1beta1",
        kind: "ClusterImagePolicy",
        metadata: { name: "images" },
        spec: { images: [{ glob: "ghcr.io/acme/**" }], authorities: [authority], ...spec },
    };
}

function validating(spec: Manifest): Manifest {
    return {
        apiVersion: "policies.kyverno.io/v1",
        kind: "ImageValidatingPolicy",
        metadata: { name: "images" },
        spec: { matchImageReferences: [{ glob: "ghcr.io/acme/*" }], ...spec },
    };
}

interface ImagePolicyTable {
    /** What no policy of the stack does, as the message says it. */
    readonly missing: string;
    /** The type of an attestation that fulfils the control. */
    readonly predicateType: string;
    /** Cases of this control alone. A refused one gets the message of all. */
    readonly refused?: Readonly<Record<string, Case>>;
    readonly allowed?: Readonly<Record<string, Case>>;
}

/** The tests that every control over image policies has in common: which policies count, and which only look like it. */
export function describeImagePolicyControl(
    control: Control,
    { missing, predicateType, refused = {}, allowed = {} }: ImagePolicyTable,
): void {
    const message = `spec.containers[0].image is "${IMAGE}" (container "web"), and no policy of the stack ${missing}. Add it to an image policy.`;
    const attestations = [{ type: predicateType }];
    const predicates = [{ predicateType }];
    const intoto = [{ intoto: { type: predicateType } }];
    const cases: Readonly<Record<string, Case>> = {
        "an image that no policy of a cluster speaks of": { container: { image: IMAGE }, beside: [NODE] },
        "an image that the policy's patterns miss": {
            stack: [POD, kyverno({ imageReferences: ["ghcr.io/other/*"], attestations })],
        },
        "a policy that only audits": { stack: [POD, kyverno({ failureAction: "Audit", attestations })] },
        "a sigstore policy that only warns": { stack: [POD, sigstore({ attestations: predicates }, { mode: "warn" })] },
        "a validating policy that only audits": {
            stack: [POD, validating({ validationActions: ["Audit"], attestations: intoto })],
        },
        ...refused,
    };
    describeControl(control, {
        // A container without an image has nothing to verify.
        good: { container: { image: undefined } },
        refused: Object.fromEntries(
            Object.entries(cases).map(([title, one]): [string, Refused] => [title, { ...one, message }]),
        ),
        allowed: {
            "a stack that neither speaks for a cluster nor holds image policies": {
                stack: [POD, { ...NODE, apiVersion: "example.org/v1" }],
            },
            "an image that a Kyverno rule holds to it": { stack: [POD, kyverno({ attestations })] },
            "a rule of an enforcing policy": {
                stack: [
                    POD,
                    kyverno(
                        {},
                        {
                            validationFailureAction: "Enforce",
                            rules: [{ verifyImages: [{ image: "ghcr.io/acme/*", attestations: predicates }] }],
                        },
                    ),
                ],
            },
            "an image that a sigstore policy holds to it": { stack: [POD, sigstore({ attestations: predicates })] },
            "an image that a validating policy holds to it": { stack: [POD, validating({ attestations: intoto })] },
            ...allowed,
        },
    });
}
