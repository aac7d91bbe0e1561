import {
    requireFunction,
    requireNames,
    requireNumber,
    requireObject,
    requireOptions,
    requireText,
} from "../arguments.js";
import type { BackoffCurve } from "./backoff.js";
import type { WorkloadApiOptions } from "./client.js";
import type { WorkloadLimits } from "./messages.js";
import { DEFAULT_LIMITS } from "./messages.js";

/** Refuses what plain JavaScript got wrong. @throws {ArgumentError} */
export function checkClientOptions(options: unknown): void {
    requireOptions(options, "options");
    const { address, timeoutMs, unavailableCurve, noIdentityCurve, ...others } = (options ?? {}) as WorkloadApiOptions;
    if (address !== undefined) {
        requireText(address, "address");
    }
    if (timeoutMs !== undefined) {
        requireNumber(timeoutMs, "timeoutMs", 1);
    }
    for (const [name, curve] of Object.entries({ unavailableCurve, noIdentityCurve })) {
        if (curve !== undefined) {
            checkCurve(curve, name);
        }
    }
    for (const name of ["observer", "random", "sleep", "clock"] as const) {
        if (others[name] !== undefined) {
            requireFunction(others[name], name);
        }
    }
}

/** A wait of nothing, or one that shrinks to it, would be a storm of calls. */
function checkCurve(curve: BackoffCurve, name: string): void {
    requireObject(curve, name);
    requireNumber(curve.initialMs, `${name}.initialMs`, 1);
    requireNumber(curve.maxMs, `${name}.maxMs`, curve.initialMs);
    requireNumber(curve.factor, `${name}.factor`, 1);
}

/** All limits, by default where none is given: one that is no number would be none. @throws {ArgumentError} */
export function limitsOf(given: Partial<WorkloadLimits> = {}): WorkloadLimits {
    requireNames(given, Object.keys(DEFAULT_LIMITS), "limits");
    const set = Object.entries(given).filter(([, limit]: [string, unknown]) => limit !== undefined);
    set.forEach(([name, limit]) => requireNumber(limit, `limits.${name}`, 1));
    return { ...DEFAULT_LIMITS, ...Object.fromEntries(set) };
}
