import { isBuiltIn } from "./api";
import { holdsPatterns } from "./kinds";
import type { KubeObject } from "./kube";
import { child } from "./path";
import { ifKnown } from "./unknown";

/** How deep texts are looked for in an object. */
const MOST_STEPS = 16;

/** A text without these is no manifest, whichever way it is written; most texts are done with here. */
const MARKS = ["apiVersion", "kind", "metadata"] as const;

/** The first field of an object, in YAML at the margin or in a list, or in braces, as JSON and YAML write them. */
const YAML_FIELD = /^(?:- )?["']?(apiVersion|kind|metadata)["']?[ \t]*:(?:[ \t\r]|$)/gm;
const BRACED_FIELD = /[{,]\s*["']?(apiVersion|kind|metadata)["']?\s*:/g;

/** Says whether a text reads as a manifest of the API. It need not be YAML: templates of other tools are meant as well. */
function isManifest(text: string): boolean {
    if (!MARKS.every((mark) => text.includes(mark))) {
        return false;
    }
    // What is indented as a whole stands at the margin for whoever reads it.
    const margin = /^[ \t]*(?=[^\s#-]|-(?!--))/m.exec(text)?.[0] ?? "";
    const flush = margin === "" ? text : text.replaceAll(`\n${margin}`, "\n").trimStart();
    return [YAML_FIELD, BRACED_FIELD].some((field) => {
        const found = new Set([...flush.matchAll(field)].map(([, name]) => name));
        return MARKS.every((mark) => found.has(mark));
    });
}

/** The objects of the API's own that keep texts for others to use. */
const TEXT_KINDS: readonly string[] = ["ConfigMap", "Secret"];

/**
 * The paths of an object's texts that are manifests themselves, as a ClusterResourceSet applies those of ConfigMaps and Argo
 * Workflows those of their steps. No control looks into them: who applies them, where and with what filled in, is not said.
 */
export function manifestTexts(object: KubeObject): readonly string[] {
    const { group, kind } = object;
    const isKeeper = group === "" ? TEXT_KINDS.includes(kind) : !isBuiltIn(group) && !holdsPatterns(group);
    const found: string[] = [];
    if (isKeeper) {
        const encoded = group === "" && kind === "Secret" ? "data" : group === "" ? "binaryData" : undefined;
        look(object.body, object.prefix.replace(/\.$/, ""), 0, encoded, found);
    }
    return found;
}

function look(value: unknown, path: string, depth: number, encoded: string | undefined, found: string[]): void {
    if (typeof value === "string") {
        if (isManifest(value)) {
            found.push(path);
        }
        return;
    }
    if (depth > MOST_STEPS || typeof value !== "object" || value === null) {
        return;
    }
    for (const key of Object.keys(value)) {
        // Annotations keep what was applied last, which is judged where it is.
        if (depth === 0 && (key === "metadata" || key === "status")) {
            continue;
        }
        const inner = ifKnown(() => (value as Readonly<Record<string, unknown>>)[key]);
        const at = Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : child(path, key);
        look(depth === 0 && key === encoded ? decoded(inner) : inner, at, depth + 1, encoded, found);
    }
}

/** The values of a map of base64 texts, as the API server keeps those of Secrets. */
function decoded(map: unknown): unknown {
    return typeof map !== "object" || map === null
        ? map
        : Object.fromEntries(
              Object.keys(map).map((key) => {
                  const value = ifKnown(() => (map as Readonly<Record<string, unknown>>)[key]);
                  return [key, typeof value === "string" ? Buffer.from(value, "base64").toString("utf8") : undefined];
              }),
          );
}
