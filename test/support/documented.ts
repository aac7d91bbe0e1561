import { readFile } from "node:fs/promises";

/**
 * The block of YAML in a document that begins with a line, as readers copy it.
 *
 * @throws {Error} where the document has none
 */
export async function documented(file: string, begins: string): Promise<string> {
    const [, ...blocks] = (await readFile(file, "utf8")).split("```yaml\n");
    const block = blocks.map((text) => text.split("```", 1)[0] ?? "").find((text) => text.startsWith(begins));
    if (block === undefined) {
        throw new Error(`${file} has no block of YAML that begins with ${begins}`);
    }
    return block;
}
