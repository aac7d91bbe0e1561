import { createHash } from "node:crypto";

/** What names an image at its registry. */
export interface Named {
    readonly registry: string;
    readonly repository: string;
    /** A tag or a digest. */
    readonly reference: string;
}

/** What a registry says of a name: the digest of what it serves for it, or that there is none, or why nobody knows. */
export type Answer =
    | { readonly kind: "there"; readonly digest: string }
    | { readonly kind: "absent" }
    | { readonly kind: "unknown"; readonly reason: string };

const TIMEOUT_MS = 20_000;
/** OCI Distribution, "Pulling manifests": registries take no larger ones. */
const LARGEST_MANIFEST = 4 * 1024 * 1024;
const MANIFESTS = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");
/** Where the API of a registry is, if not at its own name. */
const HOSTS: Readonly<Record<string, string>> = { "docker.io": "registry-1.docker.io" };

/** The address of a registry's API. */
export function apiOf(registry: string): string {
    return `https://${HOSTS[registry] ?? registry}`;
}

/**
 * Asks a registry what a name stands for (OCI Distribution, section "Pulling manifests"), with an anonymous token where it asks for
 * one. The digest is computed from what was served, not taken from a header.
 *
 * @param api the address of a registry's API
 */
export async function lookUp({ registry, repository, reference }: Named, api = apiOf): Promise<Answer> {
    try {
        const url = `${api(registry)}/v2/${repository}/manifests/${reference}`;
        const first = await get(url, {});
        const response =
            first.status === 401
                ? await get(url, { authorization: `Bearer ${await token(first, repository)}` })
                : first;
        if (response.status === 404) {
            return { kind: "absent" };
        }
        if (!response.ok) {
            return { kind: "unknown", reason: `${registry} answers with status ${response.status}` };
        }
        const manifest = Buffer.from(await response.arrayBuffer());
        return manifest.length > LARGEST_MANIFEST
            ? { kind: "unknown", reason: `${registry} serves a manifest of ${manifest.length} bytes` }
            : { kind: "there", digest: `sha256:${createHash("sha256").update(manifest).digest("hex")}` };
    } catch (error) {
        return { kind: "unknown", reason: `${registry} can't be asked: ${reasonOf(error)}` };
    }
}

async function get(url: string, headers: Readonly<Record<string, string>>): Promise<Response> {
    return fetch(url, { headers: { accept: MANIFESTS, ...headers }, signal: AbortSignal.timeout(TIMEOUT_MS) });
}

/** An anonymous token for reading, from where the registry's refusal says (Distribution, "Token Authentication Specification"). */
async function token(refusal: Response, repository: string): Promise<string> {
    const challenge = refusal.headers.get("www-authenticate") ?? "";
    const parameters = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    const realm = parameters.get("realm");
    if (!/^bearer /i.test(challenge) || realm === undefined) {
        throw new Error("it asks for a credential");
    }
    const url = new URL(realm);
    url.searchParams.set("scope", `repository:${repository}:pull`);
    const service = parameters.get("service");
    if (service !== undefined) {
        url.searchParams.set("service", service);
    }
    const answer = await get(url.href, {});
    const { token: given, access_token: other } = answer.ok
        ? ((await answer.json()) as { readonly token?: unknown; readonly access_token?: unknown })
        : {};
    const found = given ?? other;
    if (typeof found !== "string") {
        throw new Error("it gives no token to strangers");
    }
    return found;
}

function reasonOf(error: unknown): string {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return cause instanceof Error ? cause.message : String(cause);
}
