/** A key or a list item that a line opens, by the column it stands in. */
interface Opening {
    readonly column: number;
    /** Undefined for a list item. */
    readonly key: string | undefined;
}

/** What may stand before a value: dashes, then a key. */
const LINE = /^( *)((?:- +)*)(-$)?(?:"([^"]*)"\s*:|'([^']*)'\s*:|([^\s"'{}[\],#&*!|>%@`-][^:]*):(?:\s|$))?/;

/**
 * The field that a line of broken YAML belongs to, e.g. `spec.containers[1].image`, judged by indentation alone, because
 * the text can't be parsed. Empty where no field is above it. Takes time in proportion to the lines above.
 */
export function fieldAt(text: string, line: number): string {
    const lines = text.split("\n", line);
    const steps: string[] = [];
    let keysBelow = Infinity;
    let items: { readonly column: number; count: number } | undefined;
    const closeItems = () => {
        if (items !== undefined) {
            steps.unshift(`[${items.count}]`);
            items = undefined;
        }
    };
    for (const current of lines.reverse()) {
        if (/^(?:---|\.\.\.)(?:\s|$)/.test(current)) {
            break;
        }
        for (const { column, key } of openings(current).reverse()) {
            if (key === undefined && column === items?.column) {
                items.count++;
            } else if (column < keysBelow) {
                closeItems();
                if (key === undefined) {
                    items = { column, count: 0 };
                    // The key of a list may stand in the same column as its dashes.
                    keysBelow = column + 1;
                } else {
                    steps.unshift(`.${key}`);
                    keysBelow = column;
                }
            }
        }
    }
    closeItems();
    return steps.join("").replace(/^\./, "");
}

function openings(line: string): Opening[] {
    const [, indent = "", dashes = "", bare, double, single, plain] = LINE.exec(line.replace(/\s+$/, "")) ?? [];
    const found: Opening[] = [...`${dashes}${bare ?? ""}`.matchAll(/-/g)].map(({ index }) => ({
        column: indent.length + index,
        key: undefined,
    }));
    const key = double ?? single ?? plain?.trim();
    return key === undefined ? found : [...found, { column: indent.length + dashes.length, key }];
}
