import { patternExpression } from "../kubernetes/images";
import { BUILT_IN_CARRIERS } from "../kubernetes/kinds";

/**
 * Parts that the admission counterparts of several controls share, in Common Expression Language. Its checker knows the
 * fields of one kind only, so what other kinds lack is read as an option or through `dyn`.
 */

/** A named expression of a ValidatingAdmissionPolicy. Later ones may use earlier ones. */
export interface Variable {
    readonly name: string;
    readonly expression: string;
}

/** What can't stand in a CEL string of one line as it is (the language's definition, "String and Bytes Values"). */
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r" };

/** Text as a CEL string. */
export function literal(text: string): string {
    return `'${text.replace(/[\\'\n\r]/g, (character) => ESCAPES[character] ?? character)}'`;
}

/** A list of CEL strings. */
export function texts(values: Iterable<string>): string {
    return `[${[...values].map(literal).join(", ")}]`;
}

/** A part of the pod that an object carries, by the table of kinds: `steps` lead there from what holds its metadata and spec. */
function ofPod(steps: readonly string[], otherwise: string): string {
    const kinds = new Map<string, Set<string>>();
    for (const { kind, places } of BUILT_IN_CARRIERS) {
        for (const { at } of places) {
            const path = ["object", ...[...at, ...steps].map((step) => `?${step}`)].join(".");
            kinds.set(path, (kinds.get(path) ?? new Set<string>()).add(kind));
        }
    }
    return [...kinds]
        .sort(([, one], [, other]) => one.size - other.size)
        .map(([path, names]) => {
            const isOne =
                names.size === 1
                    ? `object.kind == ${[...names].map(literal).join("")}`
                    : `object.kind in ${texts(names)}`;
            return `${isOne} ? ${path}.orValue(${otherwise}) :`;
        })
        .concat(otherwise)
        .join("\n");
}

/** The spec of the pod that an object carries; null where its kind carries none. */
export const POD_SPEC: string = ofPod(["spec"], "null");

/**
 * What every control's expression may build on: `variables.podSpec`, which is null where the kind carries no pod, and
 * `variables.containers`: init, main and ephemeral ones.
 */
export const SHARED_VARIABLES: readonly Variable[] = [
    { name: "podSpec", expression: POD_SPEC },
    {
        name: "containers",
        expression: [
            "variables.podSpec == null ? [] :",
            "(variables.podSpec.?initContainers.orValue([]) + variables.podSpec.?containers.orValue([]) +",
            " variables.podSpec.?ephemeralContainers.orValue([]))",
        ].join("\n"),
    },
];

/** `variables.podLabels` */
export const POD_LABELS = { podLabels: ofPod(["metadata", "labels"], "{}") } as const;

/** `variables.podAnnotations` */
export const POD_ANNOTATIONS = { podAnnotations: ofPod(["metadata", "annotations"], "{}") } as const;

/**
 * `variables.allowed`: the rules of a NetworkPolicy in the directions it isolates, each with `egress`, `peers` and `ports`.
 * The API server has filled in policyTypes by then.
 */
export const ALLOWED = {
    allowed: [["Ingress", "ingress", "from"] as const, ["Egress", "egress", "to"] as const]
        .map(
            ([direction, field, peers]) =>
                `(${literal(direction)} in object.spec.?policyTypes.orValue([${literal(direction)}]) ? object.spec.?${field}.orValue([]) : []).map(r, ` +
                `{'egress': dyn(${field === "egress"}), 'peers': dyn(r.?${peers}.orValue([])), 'ports': dyn(r.?ports.orValue([]))})`,
        )
        .join(" +\n"),
} as const;

/** A directory as `normalised` of host-paths.ts spells it. The API server takes no `..` in a hostPath. */
export function spelled(directory: string): string {
    return `('/' + ${directory}.split('/').filter(step, !(step in ['', '.'])).join('/'))`;
}

/** `variables.hostPaths`: the directories of the node that a pod mounts, normalised. */
export const HOST_PATHS = {
    hostPaths: [
        "variables.podSpec == null ? [] :",
        `variables.podSpec.?volumes.orValue([]).filter(v, has(v.hostPath)).map(v, ${spelled("v.hostPath.path")})`,
    ].join("\n"),
} as const;

/** A regular expression as CEL takes it: its syntax is RE2's, in a raw string, where nothing escapes a quotation mark. */
export function pattern({ source }: RegExp): string {
    return `r"${source.replaceAll('"', "\\x22")}"`;
}

/** `variables.images`: every image that a pod runs or mounts, as it is written. */
export const IMAGES = {
    images: [
        "variables.podSpec == null ? [] :",
        "(variables.containers.map(c, c.?image.orValue('')) +",
        " variables.podSpec.?volumes.orValue([]).filter(v, has(v.image)).map(v, v.image.?reference.orValue(''))).filter(i, i != '')",
    ].join("\n"),
} as const;

/** True where an image is one that a list of patterns names, as `imageMatches` reads it: as it is written, or in full. */
export function isImageOf(image: string, patterns: readonly string[]): string {
    const steps: readonly string[] = [
        // Without a registry it is Docker Hub's, which has three names, and official images in its account library.
        `i.matches(r"^(?:[^/@]*[.:A-Z][^/@]*|localhost)/") ? i : 'docker.io/' + i`,
        `i.matches(r"^(?:index|registry-1)\\.docker\\.io/") ? 'docker.io' + i.substring(i.indexOf('/')) : i`,
        `i.matches(r"^docker\\.io/[^/@]*(?:@|$)") ? 'docker.io/library' + i.substring(i.indexOf('/')) : i`,
    ];
    const full = steps.reduce((list, step) => `${list}.map(i, ${step})`, `[${image}]`);
    const named = patterns.map((one) => `i.matches(${pattern(patternExpression(one))})`).join(" || ");
    return `([${image}] + ${full}).exists(i, ${named || "false"})`;
}
