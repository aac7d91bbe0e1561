import { join } from "node:path";

import { IMAGES, type ShippedImage } from "../../../components/images";
import { findBinary } from "../../support/binary";
import { FALCO_PATHS, falcoRoot } from "../../support/falco";
import { binaries } from "../harness/binaries";
import { programWithLibraries, publishImage, type ImageSpec } from "../harness/images";
import type { Node } from "../harness/node";
import { missingForFalco } from "./falco-probe";
import { probeImage } from "./probe-image";

type Content = Omit<ImageSpec, "tag">;

/** SPIRE's programs, each with what its image starts it with. */
const SPIRE = {
    "spire-server": { path: "/opt/spire/bin/spire-server", args: ["run"], user: "1000:1000" },
    "spire-agent": { path: "/opt/spire/bin/spire-agent", args: ["run"] },
    "spire-controller-manager": { path: "/spire-controller-manager", args: [] },
    "spiffe-csi-driver": { path: "/spiffe-csi-driver", args: [] },
} as const satisfies Partial<Record<ShippedImage, { path: string; args: readonly string[]; user?: string }>>;

/** Those of SPIRE's programs that aren't on PATH. */
export const missingOfSpire = Object.keys(SPIRE).filter((program) => findBinary(program) === undefined);

/**
 * Puts images into the node's registry for everything that can be had here: what is built from modules always, what must be on
 * PATH where it is.
 *
 * @param spire whether SPIRE's programs are among them
 * @returns the digest of each
 */
export async function publishStackImages(
    node: Node,
    spire: boolean,
): Promise<Readonly<Partial<Record<ShippedImage, string>>>> {
    const contents: Partial<Record<ShippedImage, Content>> = {
        probe: await probeImage(),
        // The platform is played by the probe too: it serves the metrics that the hardening guide wants, and they are measured.
        x0tta6bl4: await probeImage(["PROBE_PEERS=https://127.0.0.1:8443"]),
        "external-secrets": await externalSecrets(),
        ...(spire ? await spireImages() : {}),
        ...(missingForFalco.length === 0 ? { falco: await falco() } : {}),
        ...falcosidekick(),
    };
    return publish(node, contents);
}

/** Puts the images of Falco and falcosidekick into the node's registry, which have to be on PATH. @returns the digest of each */
export async function publishFalcoImages(node: Node): Promise<Readonly<Partial<Record<ShippedImage, string>>>> {
    return publish(node, { falco: await falco(), ...falcosidekick() });
}

async function publish(
    node: Node,
    contents: Readonly<Partial<Record<ShippedImage, Content>>>,
): Promise<Readonly<Partial<Record<ShippedImage, string>>>> {
    const digests: [string, string][] = [];
    for (const [name, content] of Object.entries(contents)) {
        const { repository, tag } = IMAGES[name as ShippedImage];
        digests.push([name, await publishImage(node, repository, { tag, ...content })]);
    }
    return Object.fromEntries(digests);
}

async function externalSecrets(): Promise<Content> {
    const program = "/bin/external-secrets";
    return { files: { [program]: (await binaries(["external-secrets"]))["external-secrets"] }, entrypoint: [program] };
}

async function spireImages(): Promise<Readonly<Record<string, Content>>> {
    const images = Object.entries(SPIRE).map(async ([program, { path, args, ...user }]) => {
        const files = await programWithLibraries(findBinary(program) ?? "", path);
        return [program, { files, entrypoint: [path, ...args], ...user }] as const;
    });
    return Object.fromEntries(await Promise.all(images));
}

async function falco(): Promise<Content> {
    const { program, rules, container } = FALCO_PATHS;
    const root = falcoRoot ?? "";
    return {
        files: {
            ...(await programWithLibraries(join(root, program), program)),
            ...(await programWithLibraries(join(root, container), container)),
            [rules]: join(root, rules),
        },
        entrypoint: [],
        env: ["HOST_ROOT=/host", "HOME=/root"],
    };
}

function falcosidekick(): { readonly falcosidekick?: Content } {
    const program = findBinary("falcosidekick");
    const path = "/app/falcosidekick";
    return program === undefined
        ? {}
        : { falcosidekick: { files: { [path]: program }, entrypoint: [path], user: "1234:1234" } };
}
