/** What stands between a heading and the next one of its level or above, as a reader sees it. */
export interface Section {
    readonly title: string;
    /** Paragraphs and items, a line each, without code blocks. */
    readonly prose: readonly string[];
    /** Lines of code blocks. */
    readonly code: readonly string[];
}

interface Block {
    readonly kind: "heading" | "prose" | "code";
    readonly text: string;
    /** Of a heading, 1 to 6. */
    readonly level: number;
}

/** CommonMark 0.31.2, ATX headings, fenced code blocks, HTML blocks and link reference definitions. */
const HEADING = /^ {0,3}(#{1,6})[ \t](.*)$/;
const CLOSING_MARKS = / #+$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HTML = /^ {0,3}<[/a-zA-Z!?]/;
const DEFINITION = /^ {0,3}\[[^\]]+\]:/;
const COMMENT = /<!--.*?-->/g;

/** The sections of a Markdown document by their headings. What stands in a code block, in HTML or in a comment heads nothing. */
export function sectionsOf(text: string): readonly Section[] {
    const blocks = blocksOf(text.split(/\r\n|\n|\r/));
    return blocks.flatMap((heading, start): readonly Section[] => {
        if (heading.kind !== "heading") {
            return [];
        }
        const rest = blocks.slice(start + 1);
        const end = rest.findIndex(({ kind, level }) => kind === "heading" && level <= heading.level);
        const under = end === -1 ? rest : rest.slice(0, end);
        const of = (wanted: Block["kind"]): readonly string[] =>
            under.flatMap(({ kind, text: line }) => (kind === wanted ? [line] : []));
        return [{ title: heading.text, prose: of("prose"), code: of("code") }];
    });
}

/** Each line that a reader sees, and what it is. */
function blocksOf(lines: readonly string[]): readonly Block[] {
    const blocks: Block[] = [];
    let fence = "";
    let commented = false;
    let html = false;
    for (const line of lines) {
        const [, opening = ""] = FENCE.exec(line) ?? [];
        if (fence !== "") {
            const closes = opening.startsWith(fence) && line.trim() === opening;
            fence = closes ? "" : fence;
            blocks.push(...(closes ? [] : [{ kind: "code", text: line.trim(), level: 0 } as const]));
            continue;
        }
        const seen: string = commented ? behind(line) : line;
        commented = commented && !line.includes("-->");
        const shown: string = seen.replaceAll(COMMENT, "");
        const opens: number = shown.indexOf("<!--");
        commented ||= opens !== -1;
        const left = opens === -1 ? shown : shown.slice(0, opens);
        html = left.trim() !== "" && (html || HTML.test(left));
        if (html || DEFINITION.test(left)) {
            continue;
        }
        if (opening !== "" && opens === -1) {
            fence = opening;
            continue;
        }
        const [, marks = "", title = ""] = HEADING.exec(left) ?? [];
        const kind = marks === "" ? "prose" : "heading";
        blocks.push(
            ...(left.trim() === ""
                ? []
                : [
                      {
                          kind,
                          text: marks === "" ? left : title.trim().replace(CLOSING_MARKS, "").trim(),
                          level: marks.length,
                      } as const,
                  ]),
        );
    }
    return blocks;
}

/** What of a line stands behind the end of a comment. */
function behind(line: string): string {
    const end = line.indexOf("-->");
    return end === -1 ? "" : line.slice(end + 3);
}
