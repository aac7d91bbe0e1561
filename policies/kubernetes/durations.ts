const UNITS: Readonly<Record<string, number>> = {
    h: 3600,
    m: 60,
    s: 1,
    ms: 0.001,
    us: 0.000001,
    µs: 0.000001,
    ns: 0.000000001,
};

/**
 * The seconds of a duration as Go writes it (`2160h`, `1h30m`; time.ParseDuration), which is how Kubernetes kinds take
 * one. Undefined where the text is none.
 */
export function goSeconds(text: string): number | undefined {
    const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)];
    if (parts.length === 0 || parts.map(([whole]) => whole).join("") !== text) {
        return undefined;
    }
    return parts.reduce((sum, [, number, unit = "s"]) => sum + Number(number) * (UNITS[unit] ?? 0), 0);
}
