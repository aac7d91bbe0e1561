/** `missing`: it should have been there and is not, or it failed; `unproven`: nobody has looked in this run. */
export type ProofState = "proven" | "waived" | "missing" | "unproven";

/** What a run says of one piece of evidence. */
export interface Judgement {
    readonly state: ProofState;
    /** What was found, in a few words. */
    readonly detail: string;
    /** File of the statement that says so. */
    readonly statement?: string;
    /** The last day on which it holds, YYYY-MM-DD, where somebody has set one. */
    readonly until?: string;
}

export function proven(detail: string): Judgement {
    return { state: "proven", detail };
}

export function missing(detail: string): Judgement {
    return { state: "missing", detail };
}

export function unproven(detail: string): Judgement {
    return { state: "unproven", detail };
}

/** The first of several pieces that is missing or unproven; else one that is waived; the last where all are proven. */
export function allOf(...pieces: readonly (() => Judgement)[]): Judgement {
    let worst = proven("nothing is asked");
    for (const piece of pieces) {
        const judged = piece();
        if (judged.state === "missing" || judged.state === "unproven") {
            return judged;
        }
        worst = worst.state === "waived" ? worst : judged;
    }
    return worst;
}
