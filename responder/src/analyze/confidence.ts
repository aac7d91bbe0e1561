import type { Severity, Signal } from "../model.js";

/** How much one event of a rule says, by its severity: rules of a high severity are written to have few benign causes. */
const WEIGHT: Readonly<Record<Severity, number>> = { info: 0.05, low: 0.15, medium: 0.35, high: 0.6, critical: 0.8 };

/**
 * How sure it is that something is wrong, from 0 to 1.
 *
 * Different rules are independent witnesses: doubts are multiplied (noisy or). Repetitions of one rule are not, so that each
 * doubling of its count takes away only a tenth of the doubt that is left.
 */
export function confidenceOf(signals: readonly Signal[]): number {
    const doubt = signals.reduce(
        (left, { severity, count }) => left * (1 - WEIGHT[severity]) * 0.9 ** Math.floor(Math.log2(count)),
        1,
    );
    return Math.round((1 - doubt) * 1_000) / 1_000;
}
