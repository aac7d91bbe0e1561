/** What evidence of a kind is bound to, and how several pieces of it go together. */
interface Kind {
    /** What was seen holds of this rendering of the stack only, beside the commit that it was made of. */
    readonly ofStack: boolean;
    /** It was seen on a cluster: the stack's own, or one to try the stack on. */
    readonly ofCluster: boolean;
    /**
     * `all`: it is a property of the commit, so that one failure outweighs every success. `newest`: it is the state of a world
     * that changes, so that what was seen last counts; seeing it repaired ends a failure.
     */
    readonly counts: "all" | "newest";
}

const KINDS = {
    /** Runs of tests: results are `<file>: <full title>`; a test that was skipped is not among them. */
    tests: { ofStack: false, ofCluster: false, counts: "all" },
    /** `npm run security`: a result for each scanner, failed by a critical or high finding. */
    scans: { ofStack: false, ofCluster: false, counts: "newest" },
    /** `hardening verify`: a result for each check. */
    verify: { ofStack: true, ofCluster: true, counts: "newest" },
    /** `hardening audit`: a result for each control, judged on live objects. It stands beside what a control finds in the program. */
    audit: { ofStack: true, ofCluster: true, counts: "newest" },
    /** Runs of workflows: results are `<file>#<job>`. */
    jobs: { ofStack: false, ofCluster: false, counts: "newest" },
    /** What was built of the commit: results are Dockerfiles and packages, each a subject too, by its digest. */
    builds: { ofStack: false, ofCluster: false, counts: "newest" },
    /** `npm run evidence:images`: results are images by digest, failed by a critical or high vulnerability. */
    images: { ofStack: false, ofCluster: false, counts: "newest" },
    /** `npm run bench`: results are what was timed, on which input; the figures are remarks. */
    benches: { ofStack: false, ofCluster: false, counts: "newest" },
} as const satisfies Readonly<Record<string, Kind>>;

/** Kinds of evidence that a run can give. */
export type StatementKind = keyof typeof KINDS;

export const STATEMENT_KINDS = Object.keys(KINDS) as readonly StatementKind[];

/** What holds of a kind of evidence. */
export function kindRules(kind: StatementKind): Kind {
    return KINDS[kind];
}

/** The predicate type of a kind. */
export function predicateType(kind: StatementKind): string {
    return `https://x0tta6bl4.io/evidence/${kind}/v1`;
}
