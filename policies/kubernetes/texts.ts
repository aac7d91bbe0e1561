import type { Node } from "./walk";

type Kind = Readonly<Record<"group" | "kind", string>>;

/** The objects of the API's own that keep texts for others to use, each with its field whose values are in base64. */
const ENCODED: ReadonlyMap<string, string> = new Map([
    ["ConfigMap", "binaryData"],
    ["Secret", "data"],
]);

/** Says whether objects of a kind are there to keep texts for others. */
export function keepsTexts({ group, kind }: Kind): boolean {
    return group === "" && ENCODED.has(kind);
}

/** A text of an object as it is used, which is not always as it is written; undefined where a value is no text. */
export function textAt(object: Kind, { value, within }: Node): string | undefined {
    const field = within?.holder.within;
    const isEncoded =
        keepsTexts(object) && field?.holder.within === undefined && field?.key === ENCODED.get(object.kind);
    return typeof value !== "string" ? undefined : isEncoded ? Buffer.from(value, "base64").toString("utf8") : value;
}
