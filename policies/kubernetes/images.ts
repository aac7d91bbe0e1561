import { list, obj, str } from "./kube";
import { rememberEach } from "../memo";
import { escapedPattern } from "../text";
import type { PodView } from "./pods";

/** An image reference taken apart, by the rules of the distribution project's reference grammar. */
export interface ImageReference {
    /** Host and port; `docker.io` where the reference names none. */
    readonly registry: string;
    /** Path in the registry, with Docker Hub's implied `library/`. */
    readonly repository: string;
    /** Undefined where the reference has none; the runtime then takes `latest`, unless there is a digest. */
    readonly tag: string | undefined;
    /** E.g. `sha256:…`. Undefined where the reference has none. */
    readonly digest: string | undefined;
}

/** Takes a reference apart. It is not checked: what is malformed yields parts that match nothing. */
export function parseImage(reference: string): ImageReference {
    const at = reference.indexOf("@");
    const digest = at < 0 ? undefined : reference.slice(at + 1);
    const named = at < 0 ? reference : reference.slice(0, at);
    const colon = named.lastIndexOf(":");
    const tagged = colon > named.lastIndexOf("/");
    const tag = tagged ? named.slice(colon + 1) : undefined;
    const path = tagged ? named.slice(0, colon) : named;
    const slash = path.indexOf("/");
    const first = path.slice(0, Math.max(slash, 0));
    const isRegistry = REGISTRY.test(first);
    const registry = isRegistry ? first.replace(HUB_HOST, "docker.io") : "docker.io";
    const repository = isRegistry ? path.slice(slash + 1) : path;
    const isOfficial = registry === "docker.io" && !repository.includes("/");
    return { registry, repository: isOfficial ? `library/${repository}` : repository, tag, digest };
}

/**
 * The first component of a reference where it can't be an account's name, as the distribution project splits it: it has a
 * dot, a port or a capital, or is localhost.
 */
const REGISTRY = /[.:A-Z]|^localhost$/;

/** Docker Hub by the names of its hosts. */
const HUB_HOST = /^(?:index|registry-1)\.docker\.io$/;

/** The digests that pin an image: full, in lower case, as the OCI image specification writes them. */
export const PINNING_DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** A place of a pod that names an image. */
export interface ImageUse {
    readonly path: string;
    readonly reference: string;
    /** The container; undefined for an image mounted as a volume. */
    readonly container?: string;
}

/** Every image a pod runs or mounts, in the order of the manifest. An image that is left out has an empty reference. */
export const imagesOf = rememberEach((pod: PodView): readonly ImageUse[] => [
    ...pod.containers.map(({ name, path, body }) => ({
        path: `${path}.image`,
        reference: str(body["image"]),
        container: name,
    })),
    ...list(pod.spec["volumes"]).flatMap((volume, index) => {
        const reference = str(obj(obj(volume)["image"])["reference"]);
        return reference === "" ? [] : [{ path: `${pod.prefix}volumes[${index}].image.reference`, reference }];
    }),
]);

/** ` (container "web")` for an image that a container runs. */
export function runBy(use: ImageUse): string {
    return use.container === undefined ? "" : ` (container "${use.container}")`;
}

/**
 * Says whether an image is one that a list of patterns names. A pattern is a registry, a registry and the start of a path,
 * or a whole reference; it matches up to a boundary (`/`, `:`, `@` or the end), so that `registry.example` never admits
 * `registry.example.attacker.net`. A `*` stands for any characters; before the first slash it does not cross into the path.
 */
export function imageMatches(reference: string, patterns: readonly string[]): boolean {
    const { registry, repository, tag, digest } = parseImage(reference);
    const full = `${registry}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
    return patterns.some((pattern) => {
        const expression = patternExpression(pattern);
        return expression.test(reference) || expression.test(full);
    });
}

const expressions = new Map<string, RegExp>();

/** The references that a pattern of {@link imageMatches} names, as they are written in full. */
export function patternExpression(pattern: string): RegExp {
    let expression = expressions.get(pattern);
    if (expression === undefined) {
        const slash = pattern.indexOf("/");
        const host = slash < 0 ? pattern : pattern.slice(0, slash);
        const escaped = (text: string, star: string) => text.split("*").map(escapedPattern).join(star);
        const source = escaped(host, "[^/]*") + escaped(pattern.slice(host.length), ".*");
        // eslint-disable-next-line security/detect-non-literal-regexp -- all but the stars is escaped
        expression = new RegExp(`^${source}${/[/*]$/.test(pattern) ? "" : "(?:[/:@]|$)"}`);
        expressions.set(pattern, expression);
    }
    return expression;
}
