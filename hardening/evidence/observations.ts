import type { Submission } from "./admission";
import type { StatementKind } from "./kinds";
import { kindRules } from "./kinds";
import type { Result } from "./statement";

/** What one statement says of one thing. */
export interface Observation extends Pick<Result, "outcome" | "detail"> {
    readonly at: Date;
    /** File of the statement. */
    readonly file: string;
    /** Where it was seen, as it is shown: a cluster and a time, or a time alone. */
    readonly where: string;
    /** It was not seen on the stack's own cluster, but on one to try the stack on, or one that nobody can tell. */
    readonly rehearsal: boolean;
}

/** Says what was found out about something. */
export type Observed =
    | { readonly kind: "seen"; readonly observation: Observation }
    /** Nothing that counts; the reason is fit to be shown. */
    | { readonly kind: "unseen"; readonly reason: string };

/** What an observation has to be to count for a row. */
export interface Wanted {
    /** Milliseconds that may have passed since. */
    readonly maxAge: number;
    /** Only what was seen on the stack's own cluster counts. */
    readonly live: boolean;
}

/** What is said where no statement of a kind counts. */
export const NOT_GIVEN = "no results of this kind were given (--evidence)";

/** What is said where others of the kind count, and none is about the thing. */
export const NOT_AMONG = "not among the results";

/** All that the statements of a report say, those left out that prove nothing. */
export class Observations {
    private readonly byKind: ReadonlyMap<StatementKind, ReadonlyMap<string, readonly Observation[]>>;

    constructor(
        private readonly submissions: readonly Submission[],
        private readonly now: Date,
    ) {
        const taken = submissions.filter(({ refused }) => refused === undefined);
        this.byKind = new Map(
            [...Map.groupBy(taken, ({ kind }) => kind)].flatMap(([kind, ofKind]) =>
                kind === undefined ? [] : [[kind, byName(ofKind)]],
            ),
        );
    }

    /**
     * What is known of a thing. What was seen on the stack's own cluster goes before what was seen elsewhere; of several that
     * are alike, the kind says which counts.
     */
    public of(kind: StatementKind, name: string, { maxAge, live }: Wanted): Observed {
        const all = this.byKind.get(kind)?.get(name) ?? [];
        if (all.length === 0) {
            return { kind: "unseen", reason: this.whyNone(kind, name) };
        }
        const own = all.filter(({ rehearsal }) => !rehearsal);
        const nearest = own.length > 0 ? own : all;
        const observation = kindRules(kind).counts === "all" ? worst(nearest) : newest(nearest);
        if (live && observation.rehearsal) {
            const { outcome, where } = observation;
            return { kind: "unseen", reason: `${outcome} in ${where}, which is not known to be the stack's own` };
        }
        // A failure does not pass by waiting.
        return observation.outcome === "passed" && this.now.getTime() - observation.at.getTime() > maxAge
            ? { kind: "unseen", reason: `passed ${observation.where}, more than ${days(maxAge)} ago` }
            : { kind: "seen", observation };
    }

    private whyNone(kind: StatementKind, name: string): string {
        const refused = this.submissions.find(
            (one) =>
                one.refused !== undefined && one.kind === kind && one.results.some((result) => result.name === name),
        );
        if (refused !== undefined) {
            return `${refused.file} proves nothing: it ${refused.refused ?? ""}`;
        }
        return this.byKind.has(kind) ? NOT_AMONG : NOT_GIVEN;
    }
}

function byName(submissions: readonly Submission[]): ReadonlyMap<string, readonly Observation[]> {
    const found = submissions.flatMap((submission) =>
        submission.results.map((result) => ({ name: result.name, observation: observed(submission, result) })),
    );
    return new Map(
        [...Map.groupBy(found, ({ name }) => name)].map(([name, ofName]) => [
            name,
            ofName.map(({ observation }) => observation),
        ]),
    );
}

function observed({ file, at = "", cluster, own }: Submission, { outcome, detail }: Result): Observation {
    const place = cluster === undefined ? "" : `${cluster.rehearsal ? "a rehearsal on " : ""}cluster ${cluster.name}, `;
    return {
        ...{ outcome, at: new Date(at), file, where: `${place}${at}` },
        rehearsal: cluster !== undefined && own !== true,
        ...(detail !== undefined && detail !== "" && { detail }),
    };
}

const GRAVITY = { failed: 2, unknown: 1, passed: 0 } as const;

/** The gravest; of those alike, the newest. */
function worst(observations: readonly Observation[]): Observation {
    return observations.reduce((a, b) => {
        const graver = GRAVITY[b.outcome] - GRAVITY[a.outcome];
        return graver > 0 || (graver === 0 && b.at > a.at) ? b : a;
    });
}

/** The newest; of those of one moment, the gravest. */
function newest(observations: readonly Observation[]): Observation {
    const last = observations.reduce((latest, { at }) => Math.max(latest, at.getTime()), -Infinity);
    return worst(observations.filter(({ at }) => at.getTime() === last));
}

const DAY_MS = 86_400_000;

function days(milliseconds: number): string {
    const whole = Math.round(milliseconds / DAY_MS);
    return whole === 1 ? "a day" : `${whole} days`;
}
