/** What a suffix of a Kubernetes quantity multiplies by (resource.Quantity: decimal and binary SI, no suffix for 1). */
const SUFFIXES: Readonly<Record<string, number>> = {
    n: 1e-9,
    u: 1e-6,
    m: 1e-3,
    "": 1,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
    P: 1e15,
    E: 1e18,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
    Ti: 2 ** 40,
    Pi: 2 ** 50,
    Ei: 2 ** 60,
};

/** A quantity's amount in units of its resource (cores, bytes), or undefined where it isn't one. Numbers are taken as they are. */
export function amountOf(quantity: unknown): number | undefined {
    if (typeof quantity === "number") {
        return quantity;
    }
    const { number, exponent, suffix } =
        (typeof quantity === "string" ? QUANTITY.exec(quantity.trim()) : undefined)?.groups ?? {};
    if (number === undefined) {
        return undefined;
    }
    return exponent === undefined ? Number(number) * (SUFFIXES[suffix ?? ""] ?? 1) : Number(number + exponent);
}

const QUANTITY =
    /^(?<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:(?<exponent>[eE][+-]?\d+)|(?<suffix>[numkMGTPE]|[KMGTPE]i)?)$/;
