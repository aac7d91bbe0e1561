const DASHES = "-----";

/** The decoded contents of all PEM blocks with this label, in order; other blocks and text between them are skipped. */
export function pemBlocks(text: string, label: string): Buffer[] {
    const begin = `${DASHES}BEGIN ${label}${DASHES}`;
    const end = `${DASHES}END ${label}${DASHES}`;
    const blocks: Buffer[] = [];
    for (let start = text.indexOf(begin); start >= 0; start = text.indexOf(begin, start)) {
        const stop = text.indexOf(end, start);
        if (stop < 0) {
            break;
        }
        blocks.push(Buffer.from(text.slice(start + begin.length, stop), "base64"));
        start = stop + end.length;
    }
    return blocks;
}
