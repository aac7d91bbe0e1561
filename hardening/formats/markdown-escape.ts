/** Text that means nothing to Markdown or HTML and mentions nobody, on one line. */
export function escapeMarkdown(text: string): string {
    return text
        .replace(/\p{Cs}/gu, "\ufffd")
        .replace(/[&<>@#|\\`*_{}[\]~!]/g, (character) => `&#${character.charCodeAt(0)};`)
        .replace(/\p{Cc}+/gu, " ");
}
