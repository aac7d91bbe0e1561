/** How a report may look where it is written to. */
export interface RenderOptions {
    /** Escape sequences for colours are shown as colours. */
    readonly colour: boolean;
    /** Characters on a line of the terminal; left out where lines are not to be broken. */
    readonly columns?: number;
}

/**
 * One form of a report on T: its text, or the text in pieces, of which the last ends in a line break, because a large
 * report would not fit into one string.
 */
export type Format<T> = (report: T, options: RenderOptions) => string | Iterable<string>;

/** The forms of a report by the names that `--format` takes, the default one first. Each is loaded when it is asked for. */
export type FormatTable<T> = Readonly<Record<string, () => Format<T> | Promise<Format<T>>>>;

/** A document as JSON, indented by two spaces. */
export function jsonText(document: unknown): string {
    return `${JSON.stringify(document, undefined, 2)}\n`;
}
