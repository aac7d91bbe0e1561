/** The anchors of a document: of each heading as GitHub makes it, and those that stand in it. */
export function anchorsOf(markdown: string): readonly string[] {
    const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
        title
            .toLowerCase()
            .replace(/[^\w -]/g, "")
            .replaceAll(" ", "-"),
    );
    return [...headings, ...[...markdown.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id)];
}
