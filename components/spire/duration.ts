/** A duration as Go writes it: `90s`, `1h30m`, `24h`. */
export type Duration = string;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds of a Go duration, or undefined where the text is none. SPIRE has no unit for days: `1d` is refused by
 * `time.ParseDuration` and so by this.
 */
export function milliseconds(text: string): number | undefined {
    if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) {
        return undefined;
    }
    return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce(
        (total, [, amount = "0", unit = ""]) => total + Number(amount) * (UNIT_MS[unit] ?? 0),
        0,
    );
}

/** Milliseconds of a duration that has been checked before. */
export function checkedMilliseconds(text: Duration): number {
    const value = milliseconds(text);
    if (value === undefined) {
        throw new RangeError(`"${text}" is not a duration`);
    }
    return value;
}

/** The longest Go duration of whole hours, minutes and seconds that is not above `value` milliseconds. */
export function formatDuration(value: number): Duration {
    const seconds = Math.floor(value / 1_000);
    const parts = [
        [Math.floor(seconds / 3_600), "h"],
        [Math.floor((seconds % 3_600) / 60), "m"],
        [seconds % 60, "s"],
    ] as const;
    return (
        parts
            .filter(([amount]) => amount > 0)
            .map(([amount, unit]) => `${amount}${unit}`)
            .join("") || "0s"
    );
}
