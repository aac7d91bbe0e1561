/** Writes a table of Markdown to standard output. */
export function table(head: readonly string[], rows: readonly (readonly unknown[])[]): void {
    const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
    process.stdout.write(`\n${lines.join("\n")}\n`);
}
