/** Text fit for HTML, in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
    return text
        .replace(/[\p{Cs}\p{Cc}]/gu, "\ufffd")
        .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
