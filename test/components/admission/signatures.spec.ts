import assert from "node:assert/strict";

import type { Config } from "../../../components/areas";
import { readConfig, structured } from "../../../components/config";
import type { Signer } from "../../../components/admission/settings";
import { admissionSettings } from "../../../components/admission/settings";
import { imagePolicySpec, ImageSignatures, signatureFaults } from "../../../components/admission/signatures";
import { foundationOf } from "../../../components/foundation";
import { Images } from "../../../components/images";
import { evaluate } from "../../../hardening/evaluate";
import type { ProgramPreview } from "../../../hardening/sources/program";
import { previewProgram } from "../../../hardening/sources/program";
import { readStack } from "../../../hardening/sources/program/stack-file";
import { controls } from "../../../policies/controls";
import { imageSignaturesVerified } from "../../../policies/controls/images/image-signatures-verified";
import { parseImage } from "../../../policies/kubernetes/images";
import { kubeObjects } from "../../../policies/kubernetes/kube";
import { podOf } from "../../../policies/kubernetes/pods";
import { selectControls } from "../../../policies/engine/profiles";
import type { Resource } from "../../../policies/kubernetes/resource";

import { deploy } from "../../support/deploy";
import { stagingConfig } from "../../support/settings";

type Raw = Readonly<Record<string, unknown>>;

const DIGEST = `sha256:${"1".repeat(64)}`;
const KEYLESS: Signer = {
    kind: "keyless",
    issuer: "https://token.actions.githubusercontent.com",
    subject: "https://github.com/acme/x0tta6bl4/.github/workflows/image.yml@refs/heads/main",
    format: "legacy",
};
const KMS: Signer = {
    kind: "kms",
    key: "awskms:///arn:aws:kms:eu-central-1:123456789012:key/0000",
    transparencyLog: true,
    format: "legacy",
};
const SIGNATURES = {
    controllerInstalled: true,
    namespaces: ["x0tta6bl4-staging"],
    images: { x0tta6bl4: KEYLESS },
};
const IMAGES = { overrides: { x0tta6bl4: { digest: DIGEST } } };

/** Faults of the stack staging with these signatures, as a deployment would report them. */
function faultsOf(signatures: Raw, images: Raw = IMAGES): readonly string[] {
    const { config: raw } = readStack(process.cwd(), "staging");
    const over = { "x0tta6bl4:admission": { signatures }, "x0tta6bl4:images": images };
    return readConfig({ ...structured(raw), ...over }, "x0tta6bl4").faults;
}

const previews = new Map<string, Promise<ProgramPreview>>();

/** What a stack registers, with some of its settings replaced; each is run once. */
function preview(stack: string, over: Raw = {}): Promise<ProgramPreview> {
    const { config, ...request } = readStack(process.cwd(), stack);
    const texts = Object.entries(over).map(([key, value]): [string, string] => [
        `x0tta6bl4:${key}`,
        JSON.stringify(value),
    ]);
    const all: Readonly<Record<string, string>> = { ...config, ...Object.fromEntries(texts) };
    const key = `${stack} ${JSON.stringify(over)}`;
    const known = previews.get(key) ?? previewProgram({ ...request, config: all }, () => undefined);
    previews.set(key, known);
    return known;
}

/** The platform signed, Falco let in unsigned. */
function previewSigned(): Promise<ProgramPreview> {
    const images = { x0tta6bl4: KEYLESS, falco: { kind: "none", reason: "Not yet." } };
    const signatures = { ...SIGNATURES, namespaces: ["x0tta6bl4-staging", "falco"], images };
    return preview("staging", { admission: { signatures }, images: IMAGES });
}

function labelsOf({ resources }: { readonly resources: readonly Resource[] }): readonly string[] {
    return resources
        .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
        .map(({ props }) => props["metadata"] as { name: string; labels: Record<string, string> })
        .filter(({ labels }) => labels["policy.sigstore.dev/include"] === "true")
        .map(({ name }) => name);
}

describe("ImageSignatures", function () {
    // Previews of whole stacks.
    this.timeout(120_000);

    it("is off unless set: no policy, and no namespace is labelled", async () => {
        assert.equal(admissionSettings.read(undefined, "admission", []).signatures, undefined);
        assert.deepEqual(
            signatureFaults(undefined, foundationOf(stagingConfig(), "x0tta6bl4"), "admission.signatures"),
            [],
        );
        const { resources } = await preview("staging");
        assert.deepEqual(
            resources.filter(({ type }) => /ClusterImagePolicy|ImageSignatures/.test(type)),
            [],
        );
        assert.deepEqual(labelsOf({ resources }), []);
    });

    it("makes one policy for each image that is named, and nothing else", async () => {
        const settings = { ...SIGNATURES, images: { x0tta6bl4: KEYLESS, falco: KMS } };
        const deployed = await deploy(() => new ImageSignatures("s", { settings, images: new Images(imagesOf()) }));
        const type = "kubernetes:policy.sigstore.dev/v1beta1:ClusterImagePolicy";
        assert.deepEqual(deployed.list(), [
            [type, "s-falco"],
            [type, "s-x0tta6bl4"],
            ["x0tta6bl4:admission:ImageSignatures", "s"],
        ]);
        assert.deepEqual(deployed.inputs(type, "s-x0tta6bl4"), {
            apiVersion: "policy.sigstore.dev/v1beta1",
            kind: "ClusterImagePolicy",
            metadata: { name: "x0tta6bl4-x0tta6bl4", labels: { owner: "security-team" } },
            spec: {
                mode: "enforce",
                images: [{ glob: "localhost:5001/x0tta6bl4@sha256:*" }],
                authorities: [
                    {
                        name: "keyless",
                        keyless: {
                            url: "https://fulcio.sigstore.dev",
                            identities: [{ issuer: KEYLESS.issuer, subject: KEYLESS.subject }],
                        },
                        ctlog: { url: "https://rekor.sigstore.dev" },
                    },
                ],
            },
        });
    });

    it("trusts a key of a key management service, in the public log unless that is switched off", () => {
        const key = { kms: KMS.key, hashAlgorithm: "sha256" };
        assert.deepEqual(imagePolicySpec("ghcr.io/acme/web", KMS).authorities, [
            { name: "kms", key, ctlog: { url: "https://rekor.sigstore.dev" } },
        ]);
        assert.deepEqual(imagePolicySpec("ghcr.io/acme/web", { ...KMS, transparencyLog: false }).authorities, [
            { name: "kms", key, ctlog: {} },
        ]);
    });

    it("asks for cosign's newer form of signatures where that is said", () => {
        assert.deepEqual(
            imagePolicySpec("ghcr.io/acme/web", { ...KEYLESS, format: "bundle" }).authorities.map(
                ({ signatureFormat }) => signatureFormat,
            ),
            ["bundle"],
        );
    });

    it("names Docker Hub as the controller resolves it, and only the whole repository", () => {
        assert.deepEqual(imagePolicySpec("docker.io/falcosecurity/falco", KMS).images, [
            { glob: "index.docker.io/falcosecurity/falco@sha256:*" },
        ]);
    });

    it("lets an image in without a signature only by name, with a reason that the policy carries", async () => {
        const settings = {
            ...SIGNATURES,
            images: { x0tta6bl4: { kind: "none", reason: "Signed from May." } as const },
        };
        const deployed = await deploy(() => new ImageSignatures("s", { settings, images: new Images(imagesOf()) }));
        const { metadata, spec } = deployed.inputs(
            "kubernetes:policy.sigstore.dev/v1beta1:ClusterImagePolicy",
            "s-x0tta6bl4",
        ) as { metadata: Raw; spec: { authorities: unknown } };
        assert.deepEqual(metadata["annotations"], { "x0tta6bl4.io/unsigned-because": "Signed from May." });
        assert.deepEqual(spec.authorities, [{ name: "unsigned", static: { action: "pass" } }]);
    });

    it("is refused, with every fault at once, where the controller is missing, or places and images don't fit", () => {
        assert.deepEqual(
            faultsOf(
                {
                    controllerInstalled: false,
                    namespaces: ["x0tta6bl4-stagin", "falco"],
                    images: { x0tta6bl4: KEYLESS, flaco: KMS },
                },
                {},
            ),
            [
                "x0tta6bl4:admission.signatures.controllerInstalled must be true: without sigstore policy-controller in the cluster nothing verifies a signature; docs/foundation.md says how it has to be installed",
                'x0tta6bl4:admission.signatures.namespaces[0] is "x0tta6bl4-stagin", where this stack runs no image; did you mean "x0tta6bl4-staging"?',
                "x0tta6bl4:admission.signatures.images.x0tta6bl4 runs in none of the namespaces listed, so nobody would verify it",
                'x0tta6bl4:admission.signatures.images.flaco is not an image of this program; did you mean "falco"?',
                "x0tta6bl4:admission.signatures.images.falco is missing: the namespaces listed run it, and it would be refused there",
            ],
        );
    });

    it("is refused for an image by tag, which can be moved under its signature", () => {
        assert.deepEqual(faultsOf(SIGNATURES, {}), [
            "x0tta6bl4:admission.signatures.images.x0tta6bl4 is deployed by tag; a signature speaks of a digest, so set x0tta6bl4:images.overrides.x0tta6bl4.digest",
        ]);
        assert.deepEqual(faultsOf(SIGNATURES), []);
    });

    it("is refused with an issuer in plain text, a key in a file, no reason, and no namespace", () => {
        const image = (signer: Raw) => ({ ...SIGNATURES, images: { x0tta6bl4: signer } });
        const at = "x0tta6bl4:admission.signatures";
        assert.deepEqual(faultsOf(image({ kind: "keyless", issuer: "http://issuer", subject: "" })), [
            `${at}.images.x0tta6bl4.issuer must be an https:// address, found "http://issuer"`,
            `${at}.images.x0tta6bl4.subject must be a text that is not empty, found ""`,
        ]);
        assert.deepEqual(faultsOf(image({ kind: "kms", key: "cosign.pub" })), [
            `${at}.images.x0tta6bl4.key must be a key's address that starts with awskms://, gcpkms://, azurekms:// or hashivault://, found "cosign.pub"`,
        ]);
        assert.deepEqual(faultsOf(image({ kind: "none" })), [
            `${at}.images.x0tta6bl4.reason is missing; it must be a text that is not empty`,
        ]);
        assert.deepEqual(faultsOf({ ...SIGNATURES, namespaces: [] }), [
            `${at}.namespaces must be a list of at least 1, found an empty list`,
        ]);
    });

    const canary = { canary: { enabled: true }, images: { overrides: { probe: { digest: DIGEST } } } };
    for (const [stack, over, what] of [
        ["staging", {}, "staging"],
        ["production", {}, "production"],
        ["staging", canary, "staging with its canary"],
    ] as const) {
        it(`knows every image that ${what} runs, by namespace`, async () => {
            const { resources } = await preview(stack, over);
            const values = Object.entries(structured(readStack(process.cwd(), stack).config));
            const overrides = Object.entries(over).map(([key, value]): [string, unknown] => [
                `x0tta6bl4:${key}`,
                value,
            ]);
            const { config } = readConfig(Object.fromEntries([...values, ...overrides]), "x0tta6bl4");
            const { images, imagesByNamespace } = foundationOf(config, "x0tta6bl4");
            const told = Object.entries(imagesByNamespace).flatMap(([namespace, names]) =>
                names.map((name) => `${namespace} ${images.repository(name)}`),
            );
            assert.deepEqual([...new Set(running(resources))].sort(), [...told].sort());
        });
    }

    it("stands before the namespaces that it speaks of, which alone are labelled, and breaks no control", async () => {
        const { registrations, resources } = await previewSigned();
        assert.deepEqual([...labelsOf({ resources })].sort(), ["falco", "x0tta6bl4-staging"]);
        const policies = registrations.filter(({ type }) => type.endsWith(":ClusterImagePolicy")).map(({ urn }) => urn);
        assert.equal(policies.length, 2);
        for (const { name, dependencies } of registrations.filter(({ type }) => type.endsWith(":Namespace"))) {
            const waitsFor = policies.filter((urn) => dependencies.includes(urn));
            assert.equal(waitsFor.length, 2, `${name} waits for ${waitsFor.length} of 2 policies`);
        }
        const { findings } = evaluate([resources], {
            selected: selectControls(controls, "x0tta6bl4"),
            waivers: [],
            now: new Date("2026-11-22T00:00:00Z"),
        });
        assert.deepEqual(
            findings.filter(({ kind }) => kind === "ClusterImagePolicy"),
            [],
        );
    });

    it("satisfies the control image-signatures-verified for what is signed, and not for what is let in unsigned", async () => {
        const { resources } = await previewSigned();
        const { findings } = evaluate([resources], {
            selected: [{ control: imageSignaturesVerified, enforcement: "mandatory", params: {} }],
            waivers: [],
            now: new Date("2026-11-22T00:00:00Z"),
        });
        const unsigned = findings.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);
        assert.ok(unsigned.includes("DaemonSet falco/falco"));
        assert.ok(!unsigned.includes("Deployment x0tta6bl4-staging/x0tta6bl4"));
    });
});

function imagesOf(): Config["images"] {
    return stagingConfig({ images: IMAGES }).images;
}

/** `<namespace> <registry>/<repository>` of every container of a stack. */
function running(resources: readonly Resource[]): readonly string[] {
    return resources.flatMap(kubeObjects).flatMap((object) => {
        const pod = podOf(object);
        return (pod?.containers ?? []).map(({ body }) => {
            const { registry, repository } = parseImage(String(body["image"]));
            return `${object.namespace} ${registry}/${repository}`;
        });
    });
}
