/** One value of a metric. */
export interface Sample {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Reads Prometheus' text format (exposition format 0.0.4). Comments and lines of another form are passed over. */
export function parseExposition(text: string): readonly Sample[] {
    return text.split("\n").flatMap((line) => {
        const [, name, labels = "", value = ""] = SAMPLE.exec(line.trim()) ?? [];
        if (name === undefined) {
            return [];
        }
        const pairs = [...labels.matchAll(LABEL)].map(([, key = "", quoted = ""]) => [key, unescape(quoted)] as const);
        return [{ name, labels: Object.fromEntries(pairs), value: numberOf(value) }];
    });
}

/** The sum of samples. */
export function total(samples: readonly Sample[]): number {
    return samples.reduce((sum, { value }) => sum + value, 0);
}

function unescape(quoted: string): string {
    return quoted.replace(/\\(.)/g, (_match, character: string) => (character === "n" ? "\n" : character));
}

/** A sample's value as Prometheus writes it. */
export function numberOf(text: string): number {
    return text === "+Inf" ? Infinity : text === "-Inf" ? -Infinity : Number(text);
}
