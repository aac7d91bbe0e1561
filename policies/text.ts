/** `; did you mean X?` where a known name is close to the one given, or is another way to write it in capitals. */
export function suggestion(name: string, known: readonly string[]): string {
    const ranked = known
        .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
        .sort((a, b) => a.distance - b.distance)[0];
    return ranked !== undefined && ranked.distance <= Math.max(2, name.length / 4)
        ? `; did you mean "${ranked.candidate}"?`
        : "";
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
    let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (let i = 1; i <= a.length; i++) {
        const current = [i];
        for (let j = 1; j <= b.length; j++) {
            const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
            current.push(Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, change));
        }
        previous = current;
    }
    return previous[b.length] ?? 0;
}

/** A value of a manifest as text. Unlike `String()`, it stands objects that have a field named `toString`. */
export function show(value: unknown): string {
    return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

/** What a parser says of a fault without the words of the text that it quotes: they may be a secret. */
export function withoutValues(reason: string): string {
    return reason.replace(/"[^"]*"|'[^']*'|`[^`]*`|<[^>]*>/g, "…");
}

/** A text as a part of a regular expression that stands for just itself. */
export function escapedPattern(text: string): string {
    return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
