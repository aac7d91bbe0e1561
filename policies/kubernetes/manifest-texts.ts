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

/** Commands that change a cluster, as scripts call them. */
const COMMANDS: readonly RegExp[] = [
    /\b(?:kubectl|kubecolor|oc)\b[^\n|;&]{0,300}?\s(?:adm|annotate|apply|attach|certificate|cp|create|debug|delete|drain|edit|exec|expose|label|patch|reconcile|replace|run|scale|set|taint)\b/,
    /\bhelm\b[^\n|;&]{0,300}?\s(?:install|upgrade)\b/,
    /\b(?:argocd app|flux) (?:bootstrap|create|install)\b/,
    /\bpulumi up\b|\bterraform apply\b|\btofu apply\b/,
];
/** Resources of Terraform's providers for Kubernetes and Helm. */
const TERRAFORM = /\bresource\s+"(?:kubernetes|helm|kubectl)_\w+"/;
/** How compressed content begins (RFC 1952, RFC 8878, XZ, ZIP), read as UTF-8; and gzip in base64, as Helm keeps its releases. */
const COMPRESSED = /^(?:\x1f\ufffd|\(\ufffd\/\ufffd|\ufffd7zXZ|PK\x03\x04|H4sI[A-Za-z0-9+/])/;

/** A text of an object that somebody else may apply, run or unpack, and why no control knows what comes of it. */
export interface UnappliedText {
    readonly path: string;
    /** The rest of the sentence that begins with the path. */
    readonly what: string;
}

/**
 * The texts of an object that are manifests themselves, as a ClusterResourceSet applies those of ConfigMaps and Argo Workflows
 * those of their steps, that are scripts or programs which change a cluster, or that are compressed. No control looks into them:
 * who applies them, where and with what filled in, is not said.
 */
export function unappliedTexts(object: KubeObject): readonly UnappliedText[] {
    const { group } = object;
    const found: UnappliedText[] = [];
    if (keepsTexts(object) || (!isBuiltIn(group) && !holdsPatterns(group))) {
        walk(rootOf(object), (node) => {
            const text = textAt(object, node);
            const what = text === undefined ? undefined : whatIs(text);
            if (what !== undefined) {
                found.push({ path: node.path, what });
            }
            // Annotations keep what was applied last, which is judged where it is.
            return !isRecord(node);
        });
    }
    return found;
}

function whatIs(text: string): string | undefined {
    if (isManifest(text)) {
        return "is a manifest in a text, of which nobody says who applies it";
    }
    if (COMPRESSED.test(text)) {
        return "is compressed, so that nothing in it is seen";
    }
    return [...COMMANDS, TERRAFORM].some((pattern) => pattern.test(text))
        ? "changes a cluster where it is run, in ways that no control judges"
        : undefined;
}
