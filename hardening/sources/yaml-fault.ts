/** A document that can't be read, and where. The message never quotes a value: it may be a secret. */
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

/** A fault at an offset of a text, or at its last line where there is nothing more. */
export function faultAt(text: string, offset: number, message: string): SyntaxFault {
    return new SyntaxFault(message, lineOf(text, Math.min(offset, text.trimEnd().length)));
}

/** The one-based line of an offset, as an editor counts lines. */
export function lineOf(text: string, offset: number): number {
    let line = 1;
    for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
        line++;
    }
    return line;
}
