import { boolYaml11Tag, CORE_SCHEMA, defineScalarTag, loadAll, mergeTag, NOT_RESOLVED, YAMLException } from "js-yaml";

/** A document that can't be read, and where. */
export class SyntaxFault extends Error {
    constructor(
        message: string,
        /** One-based. */
        public readonly line?: number,
    ) {
        super(message);
        this.name = "SyntaxFault";
    }
}

const INTEGER = /^[-+]?(?:0b[01_]+|0x[0-9a-f_]+|0o?[0-7_]*|[1-9][0-9_]*)$/i;

/** Integers as Kubernetes' own decoder (go-yaml 2) reads them: `0644` is octal. */
const integerTag = defineScalarTag<number>("tag:yaml.org,2002:int", {
    implicit: true,
    implicitFirstChars: [..."-+0123456789"],
    resolve(source) {
        if (!INTEGER.test(source)) {
            return NOT_RESOLVED;
        }
        const digits = source.replaceAll("_", "").replace(/^[-+]/, "").toLowerCase();
        const value = Number(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
        return Number.isNaN(value) ? NOT_RESOLVED : source.startsWith("-") ? -value : value;
    },
    identify: Number.isInteger,
});

/**
 * YAML as `kubectl` reads it: `yes`, `on` and their like are booleans, `0644` is octal, `<<` merges, and a date stays text.
 */
const SCHEMA = CORE_SCHEMA.withTags(boolYaml11Tag, integerTag, mergeTag);

/** No manifest nests deeper; the parser refuses what does. */
const MAX_DEPTH = 100;
const MAX_ALIASES = 1_000;
/** How many nodes a document may have once its aliases are followed. */
const MAX_NODES = 1_000_000;

/**
 * Parses the documents of a YAML or JSON text. Documents without content are `undefined`, so that indexes stay true.
 *
 * @throws SyntaxFault for what is not YAML, a duplicate key, an alias to itself, and aliases that expand beyond measure.
 */
export function parseDocuments(text: string): readonly unknown[] {
    const json = parseJson(text);
    if (json !== undefined) {
        return [json.value];
    }
    let documents: readonly unknown[];
    try {
        documents = loadAll(text, { schema: SCHEMA, maxDepth: MAX_DEPTH, maxAliases: MAX_ALIASES });
    } catch (error) {
        throw syntaxFault(error, text);
    }
    // Only an anchor can make a document larger or deeper than its text.
    if (text.includes("&")) {
        documents.forEach((document, index) => refuseBomb(document, index));
    }
    return documents.map((document) => document ?? undefined);
}

/** Much faster than YAML; undefined where the text is not one JSON value, for YAML to judge. @throws SyntaxFault */
function parseJson(text: string): { readonly value: unknown } | undefined {
    const first = /\S/.exec(text)?.[0];
    if (first !== "{" && first !== "[") {
        return undefined;
    }
    let value: unknown;
    try {
        value = JSON.parse(text);
    } catch {
        return undefined;
    }
    refuseDuplicateKey(text);
    return depthOf(value) > MAX_DEPTH ? undefined : { value };
}

/** `JSON.parse` keeps the last of two equal keys and says nothing. Expects valid JSON. */
function refuseDuplicateKey(json: string): void {
    const open: (Set<string> | undefined)[] = [];
    const token = /"((?:[^"\\]|\\.)*)"\s*(:?)|[{}[\]]/g;
    for (let match = token.exec(json); match !== null; match = token.exec(json)) {
        const [text, key, colon] = match;
        if (text === "{") {
            open.push(new Set());
        } else if (text === "[") {
            open.push(undefined);
        } else if (text === "}" || text === "]") {
            open.pop();
        } else if (colon === ":" && key !== undefined) {
            const name = key.includes("\\") ? (JSON.parse(`"${key}"`) as string) : key;
            const keys = open.at(-1);
            if (keys?.has(name)) {
                const line = json.slice(0, match.index).split("\n").length;
                throw new SyntaxFault(`duplicated mapping key "${name}"`, line);
            }
            keys?.add(name);
        }
    }
}

function depthOf(value: unknown): number {
    let depth = 0;
    let level = [value];
    while (level.length > 0 && depth <= MAX_DEPTH) {
        level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
        depth++;
    }
    return depth;
}

function syntaxFault(error: unknown, text: string): SyntaxFault {
    if (!(error instanceof YAMLException)) {
        return new SyntaxFault(error instanceof Error ? error.message : String(error));
    }
    const template = text.split("\n").findIndex((line) => /\{\{.*\}\}/.test(line));
    if (template !== -1) {
        const hint = "this looks like a Helm template: render it first (helm template)";
        return new SyntaxFault(`${error.reason}; ${hint}`, template + 1);
    }
    return new SyntaxFault(error.reason, error.mark?.line === undefined ? undefined : error.mark.line + 1);
}

/** Follows aliases within bounds: controls walk documents as trees, so the expanded size is what counts. */
function refuseBomb(document: unknown, index: number): void {
    const path = new Set<object>();
    let nodes = 0;
    const visit = (value: unknown): void => {
        if (++nodes > MAX_NODES) {
            throw new SyntaxFault(`document ${index + 1}: its aliases expand to more than ${MAX_NODES} nodes`);
        }
        if (typeof value !== "object" || value === null) {
            return;
        }
        if (path.has(value)) {
            throw new SyntaxFault(`document ${index + 1}: an alias refers to the node that holds it`);
        }
        if (path.size >= MAX_DEPTH) {
            throw new SyntaxFault(`document ${index + 1}: its aliases nest deeper than ${MAX_DEPTH} levels`);
        }
        path.add(value);
        Object.values(value).forEach(visit);
        path.delete(value);
    };
    visit(document);
}
