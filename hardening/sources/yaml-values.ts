/** A scalar's value in JSON's terms. A whole number stays exact until it is used as a key or a value. */
export type Scalar = string | boolean | null | number | bigint;

/** What a plain scalar stands for besides text (YAML 1.1, as the decoder of kubectl reads it: go-yaml 2). */
const WORDS: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
    ...words(true, ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]),
    ...words(false, ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]),
    ...words(null, ["", "~", "null", "Null", "NULL"]),
    ...words(Number.NaN, [".nan", ".NaN", ".NAN"]),
    ...words(Number.POSITIVE_INFINITY, [".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"]),
    ...words(Number.NEGATIVE_INFINITY, ["-.inf", "-.Inf", "-.INF"]),
]);

function words(value: Scalar, spellings: readonly string[]): readonly (readonly [string, Scalar])[] {
    return spellings.map((spelling) => [spelling, value] as const);
}

const INTEGER = /^[-+]?(?:0b[01]+|0o?[0-7]+|0x[\da-f]+|0|[1-9]\d*)$/i;
const FRACTION = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?$/i;
const MAX_UNSIGNED = 2n ** 64n;
const MIN_SIGNED = -(2n ** 63n);

/** The value of a plain scalar without a tag. */
export function plainValue(text: string): Scalar {
    const code = text.charCodeAt(0);
    // Digits, signs and the full stop.
    if ((code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e) {
        return numberOr(text);
    }
    const word = WORDS.get(text);
    return word === undefined ? text : word;
}

function numberOr(text: string): Scalar {
    const word = WORDS.get(text);
    if (word !== undefined) {
        return word;
    }
    // Underscores part the digits of a number, though not of one that begins with its fraction.
    const digits = text.startsWith(".") ? text : text.replaceAll("_", "");
    if (!text.startsWith(".") && INTEGER.test(digits)) {
        const whole = wholeNumber(digits);
        if (whole !== undefined) {
            return whole;
        }
    }
    const fraction = FRACTION.test(digits) ? Number(digits) : Number.NaN;
    return Number.isFinite(fraction) ? fraction : text;
}

/** A number that 64 bits hold; `0644` is octal. */
function wholeNumber(digits: string): bigint | undefined {
    const negative = digits.startsWith("-");
    const bare = digits.replace(/^[-+]/, "");
    const value = BigInt(/^0[0-7]+$/.test(bare) ? `0o${bare.slice(1)}` : bare);
    const signed = negative ? -value : value;
    const fits = signed >= MIN_SIGNED && signed < MAX_UNSIGNED;
    // A sign is for numbers of 63 bits.
    return fits && (!digits.startsWith("+") || signed < -MIN_SIGNED) ? signed : undefined;
}

/** The value of a scalar with one of YAML's own tags, or undefined where it is not of that kind. */
export function taggedValue(tag: string, text: string): Scalar | undefined {
    const value = plainValue(text);
    switch (tag) {
        case "str":
            return text;
        case "int":
            return typeof value === "bigint" ? value : undefined;
        case "float":
            return typeof value === "bigint" ? Number(value) : typeof value === "number" ? value : undefined;
        case "bool":
            return typeof value === "boolean" ? value : undefined;
        case "null":
            return value === null ? null : undefined;
        default:
            return undefined;
    }
}
