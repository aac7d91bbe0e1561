import * as pulumi from "@pulumi/pulumi";

import type { Given, Read } from "../../policies/engine/schema";
import { boolean, listOf, mapOf, object, optional, text, withDefault } from "../../policies/engine/schema";
import { dnsLabel } from "../../policies/engine/values";
import { settled } from "../completed";

/** A container image, pinned by tag and by digest: the tag is for people, the digest decides. */
export interface Image {
    /** Host and port of the registry, without a trailing slash. */
    readonly registry: string;
    readonly repository: string;
    readonly tag: string;
    /** `sha256:` and 64 hex digits, of the multi-platform index. */
    readonly digest?: string;
}

/** Every image the program deploys. A row without a digest needs one from configuration before it can be deployed pinned. */
export const IMAGES = {
    // Built and published by the platform's own pipeline, which knows the digest; see images.overrides.
    x0tta6bl4: { registry: "localhost:5001", repository: "x0tta6bl4", tag: "3.4.0-fixed2" },
    falco: {
        registry: "docker.io",
        repository: "falcosecurity/falco",
        tag: "0.44.1",
        digest: "sha256:d0cfe422d6ac0e0f20857798f46c7d7273210e1b064b22821e4e6e7f843cde6b",
    },
    falcoctl: {
        registry: "docker.io",
        repository: "falcosecurity/falcoctl",
        tag: "0.13.0",
        digest: "sha256:0eeb79adc580ae6a5abfdefd7f8f0fed9151fcb545f015c84e8f1d7b2d8a6b02",
    },
    falcosidekick: {
        registry: "docker.io",
        repository: "falcosecurity/falcosidekick",
        tag: "2.32.0",
        digest: "sha256:1976da72151850aae4436f33a5ed94bdef469f42a9b61c182b4feeb5441fb081",
    },
    "external-secrets": {
        registry: "ghcr.io",
        repository: "external-secrets/external-secrets",
        tag: "v2.10.0",
        digest: "sha256:814117b0fd6d121b03e8ba3b6db1cecbe7449a354fc0fc9c4faf73a37aa221b1",
    },
    // Servers and agents move together: components/spire/versions.ts refuses an agent that is newer than its server.
    "spire-server": {
        registry: "ghcr.io",
        repository: "spiffe/spire-server",
        tag: "1.15.2",
        digest: "sha256:aa74ef1be86bc8e0684007d84a4d9859d294384d842c30425048d73429f3216e",
    },
    "spire-agent": {
        registry: "ghcr.io",
        repository: "spiffe/spire-agent",
        tag: "1.15.2",
        digest: "sha256:1d042e4040466686e0ee46f74981ff2167c86adfadca19b3835946f4d6047536",
    },
    "spire-controller-manager": {
        registry: "ghcr.io",
        repository: "spiffe/spire-controller-manager",
        tag: "0.7.0",
        digest: "sha256:d7b9e710f5428ea25daa35a07083fe517ed70c23df902d21c54a0f444455a84b",
    },
    "spiffe-csi-driver": {
        registry: "ghcr.io",
        repository: "spiffe/spiffe-csi-driver",
        tag: "0.2.13",
        digest: "sha256:6f1ba5d635ba9bf55ae69ba11d71bf169c8fa3e0139a5063738cbc227c8b5546",
    },
    "csi-node-driver-registrar": {
        registry: "registry.k8s.io",
        repository: "sig-storage/csi-node-driver-registrar",
        tag: "v2.15.0",
        digest: "sha256:11f199f6bec47403b03cb49c79a41f445884b213b382582a60710b8c6fdc316a",
    },
    // Optional, and off unless configured; the digest of each is given with it.
    probe: { registry: "localhost:5001", repository: "x0tta6bl4-probe", tag: "0.1.0" },
    envoy: { registry: "docker.io", repository: "envoyproxy/envoy", tag: "distroless-v1.40.0" },
    backup: { registry: "localhost:5001", repository: "x0tta6bl4-backup", tag: "0.1.0" },
    compliance: { registry: "localhost:5001", repository: "x0tta6bl4-compliance", tag: "0.1.0" },
    responder: { registry: "localhost:5001", repository: "x0tta6bl4-responder", tag: "0.1.0" },
    "oidc-discovery-provider": { registry: "ghcr.io", repository: "spiffe/oidc-discovery-provider", tag: "1.15.2" },
} as const satisfies Record<string, Image>;

/** An image of the table, or that of one of the applications of a stack, by the setting that names it. */
export type ImageName = ShippedImage | ApplicationImage;

/** An image of the table. */
export type ShippedImage = keyof typeof IMAGES;

/** The image of an application: `applications.<name>`. */
export type ApplicationImage = `applications.${string}`;

/** Images whose digest only their publisher knows and which may be deployed by tag until it is configured. */
const PINNED_BY_CONFIG: ReadonlySet<string> = new Set<ImageName>(["x0tta6bl4"]);

const DIGEST = /^sha256:[0-9a-f]{64}$/;

const tag = text("an image tag", /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/);
const digest = text("sha256: and 64 hex digits", DIGEST);

const override = object({
    registry: optional(text()),
    repository: optional(text()),
    tag: optional(tag),
    digest: optional(digest),
});

/** An image that no table has; its digest may be left out where digests are dropped. */
export const ownImage = object({
    registry: text("a registry's host and port", /^[a-z0-9.-]+(?::\d+)?$/),
    repository: text("a repository without registry, tag or digest", /^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/),
    tag,
    digest: optional(digest),
});

const named = mapOf(override);

/** The same by the names of images; one that no image has is a fault. */
const overrides: typeof named = {
    ...named,
    read(value, path, faults) {
        const read = named.read(value, path, faults);
        const known = Object.keys(IMAGES);
        const unknown = Object.keys(read).filter((name) => !known.includes(name));
        faults.push(
            ...unknown.map((name) => `${path}.${name} is not an image of this program; known are ${known.join(", ")}`),
        );
        return read;
    },
};

/** The stack's settings for images: where they are pulled from, and what replaces single ones. */
export const imageSettings = withDefault(
    object({
        /** Registry and optional path that hold copies of all images under their own repository names. */
        mirror: optional(
            text("a registry, with an optional path, without a scheme", /^[a-z0-9.-]+(?::\d+)?(?:\/[a-z0-9._/-]+)?$/),
        ),
        /** Insecure: renders tags only. For air-gapped test clusters whose local images have other digests. */
        dropDigests: withDefault(boolean(), false),
        overrides: withDefault(overrides, {}),
        /** Secrets of registries that ask who pulls (`kubernetes.io/dockerconfigjson`), in each namespace that runs images of them. */
        pullSecrets: withDefault(listOf(dnsLabel), []),
    }),
    {},
);

export type ImageSettings = Read<typeof imageSettings>;

/** Resolves image names to the references that go into pods. */
export class Images {
    private readonly settings: ImageSettings;

    /**
     * @param given a mirror, and what replaces single images; default: every image from its publisher
     * @param project the prefix of the settings, as faults name them; default: the running project
     * @param own the images of the stack's applications; default: none
     * @throws pulumi.RunError naming every fault
     */
    constructor(
        given?: Given<typeof imageSettings>,
        private readonly project = pulumi.getProject(),
        private readonly own: Readonly<Record<ApplicationImage, Image>> = {},
    ) {
        this.settings = settled(imageSettings, given, `${project}:images`);
    }

    /**
     * The reference of an image, `registry/repository:tag@digest`.
     *
     * @throws Error where neither the table nor the configuration has a digest for an image that must be pinned.
     */
    public ref(name: ImageName): string {
        const [fault] = this.faults([name]);
        if (fault !== undefined) {
            throw new Error(fault);
        }
        return this.wanted(name);
    }

    /** The same for a check: with the tag alone where {@link faults} has a digest missing. */
    public wanted(name: ImageName): string {
        const { digest } = this.resolve(name);
        return digest === undefined || this.settings.dropDigests ? this.tagged(name) : `${this.tagged(name)}@${digest}`;
    }

    /** Which of these images have no digest although they must be pinned; one line each. */
    public faults(names: readonly ImageName[]): readonly string[] {
        return names
            .filter((name) => !this.settings.dropDigests && !this.isPinned(name) && !PINNED_BY_CONFIG.has(name))
            .map(
                (name) =>
                    `${this.digestSetting(name)} is missing: no digest is known for ${this.tagged(name)}; look it up and pin it`,
            );
    }

    /** Says whether there is an image of this name. */
    public has(name: string): name is ImageName {
        return Object.hasOwn(IMAGES, name) || Object.hasOwn(this.own, name);
    }

    /** The setting that pins an image. */
    public digestSetting(name: ImageName): string {
        return `${this.project}:${isOwn(name) ? `${name}.image` : `images.overrides.${name}`}.digest`;
    }

    /** Says whether {@link ref} names an image by its digest. */
    public isPinned(name: ImageName): boolean {
        return !this.settings.dropDigests && this.resolve(name).digest !== undefined;
    }

    /** The repository of an image as the container runtime names it, registry included. */
    public repository(name: ImageName): string {
        const { registry, repository } = this.resolve(name);
        return `${this.settings.mirror ?? registry}/${repository}`;
    }

    /** The tag an image is deployed with, for checks between versions. */
    public tag(name: ImageName): string {
        return this.resolve(name).tag;
    }

    private tagged(name: ImageName): string {
        return `${this.repository(name)}:${this.tag(name)}`;
    }

    private resolve(name: ImageName): Image {
        if (isOwn(name)) {
            const own = this.own[name];
            if (own === undefined) {
                throw new Error(`${name} names no application of this stack`);
            }
            return own;
        }
        const override: Partial<Image> = this.settings.overrides[name] ?? {};
        const row: Image = IMAGES[name];
        // Another tag is another image: the digest of the table no longer fits it.
        const digest =
            override.digest ?? (override.tag === undefined || override.tag === row.tag ? row.digest : undefined);
        return {
            registry: override.registry ?? row.registry,
            repository: override.repository ?? row.repository,
            tag: override.tag ?? row.tag,
            ...(digest !== undefined && { digest }),
        };
    }
}

function isOwn(name: ImageName): name is ApplicationImage {
    return name.startsWith("applications.");
}
