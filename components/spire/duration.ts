import { goSeconds } from "../../policies/kubernetes/durations";
import type { SpireSettings } from "./model";

/** A duration as Go writes it: `90s`, `1h30m`, `24h`. */
export type Duration = string;

/**
 * Milliseconds of a Go duration, or undefined where the text is none. SPIRE has no unit for days: `1d` is refused by
 * `time.ParseDuration` and so by this.
 */
export function milliseconds(text: string): number | undefined {
    const seconds = goSeconds(text);
    return seconds === undefined ? undefined : Math.round(seconds * 1_000);
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

/** How long an authority and the SVID that lives shortest last by the settings, in seconds. */
export function livesOf({ server, staticEntries }: Pick<SpireSettings, "server" | "staticEntries">): {
    readonly authority: number;
    readonly svid: number;
} {
    const svids = [server.x509SvidTtl, ...staticEntries.flatMap(({ x509SvidTtl }) => x509SvidTtl ?? [])];
    return {
        authority: checkedMilliseconds(server.caTtl) / 1_000,
        svid: Math.min(...svids.map(checkedMilliseconds)) / 1_000,
    };
}
