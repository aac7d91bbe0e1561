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

/** A fault at an offset of a text; lines are counted as an editor counts them. */
export function faultAt(text: string, offset: number, message: string): SyntaxFault {
    let line = 1;
    for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
        line++;
    }
    return new SyntaxFault(message, line);
}
