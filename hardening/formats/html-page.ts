import { createHash } from "node:crypto";

import { escapeHtml } from "./html-escape";

/** What a page is made of. Title is text; the body's parts are HTML. */
interface Page {
    readonly title: string;
    readonly styles: string;
    /** Runs at the end of the body; a page without one runs nothing. */
    readonly script?: string;
    readonly body: readonly string[];
}

/**
 * One page that works offline: its style and script stand in it, and its Content-Security-Policy, which names them by their
 * hashes, lets in no others and nothing from elsewhere.
 */
export function htmlPage({ title, styles, script, body }: Page): string {
    const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const scripts = script === undefined ? "" : `; script-src ${hash(script)}`;
    return [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${hash(styles)}${scripts}">`,
        `<title>${escapeHtml(title)}</title>`,
        `<style>${styles}</style>`,
        "</head>",
        "<body>",
        ...body,
        ...(script === undefined ? [] : [`<script>${script}</script>`]),
        "</body>",
        "</html>",
        "",
    ].join("\n");
}
