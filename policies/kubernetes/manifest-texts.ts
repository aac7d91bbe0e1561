import { isBuiltIn } from "./api";
import { holdsPatterns } from "./kinds";
import type { KubeObject } from "./kube";
import type { Node } from "./walk";
import { isRecord, rootOf, walk } from "./walk";

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
        walk(rootOf(object), (node) => {
            if (typeof node.value === "string" && isManifest(textOf(node.value, node, encoded))) {
                found.push(node.path);
            }
            // Annotations keep what was applied last, which is judged where it is.
            return !isRecord(node);
        });
    }
    return found;
}

/** A text as it is used: the values of one field of the object are in base64. */
function textOf(value: string, { within }: Node, encoded: string | undefined): string {
    const field = within?.holder.within;
    const isEncoded = field !== undefined && field.holder.within === undefined && field.key === encoded;
    return isEncoded ? Buffer.from(value, "base64").toString("utf8") : value;
}
