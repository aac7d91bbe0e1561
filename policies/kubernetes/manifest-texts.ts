import { isBuiltIn } from "./api";
import { holdsPatterns } from "./kinds";
import type { KubeObject } from "./kube";
import { keepsTexts, textAt } from "./texts";
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

/**
 * The paths of an object's texts that are manifests themselves, as a ClusterResourceSet applies those of ConfigMaps and Argo
 * Workflows those of their steps. No control looks into them: who applies them, where and with what filled in, is not said.
 */
export function manifestTexts(object: KubeObject): readonly string[] {
    const { group } = object;
    const found: string[] = [];
    if (keepsTexts(object) || (!isBuiltIn(group) && !holdsPatterns(group))) {
        walk(rootOf(object), (node) => {
            const text = textAt(object, node);
            if (text !== undefined && isManifest(text)) {
                found.push(node.path);
            }
            // Annotations keep what was applied last, which is judged where it is.
            return !isRecord(node);
        });
    }
    return found;
}
