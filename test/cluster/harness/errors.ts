/** The machine lacks something the cluster needs; tests skip with this message, commands print it. */
export class MissingRequirement extends Error {
    constructor(readonly missing: readonly string[]) {
        super(`a cluster can't run here: ${missing.join("; ")}`);
        this.name = "MissingRequirement";
    }
}

/** A part of the cluster failed or did not become ready in time. The message names it and ends with its last log lines. */
export class ComponentFailure extends Error {
    constructor(
        readonly component: string,
        problem: string,
        log: string,
    ) {
        super(`${component} ${problem}${log === "" ? " (its log is empty)" : `; its last lines:\n${log}`}`);
        this.name = "ComponentFailure";
    }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
