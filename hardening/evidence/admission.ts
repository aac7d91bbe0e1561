import type { StatementKind } from "./kinds";
import { kindRules } from "./kinds";
import type { Source, SourceFound } from "./source";
import type { ClusterSeen, ReadStatement, Result } from "./statement";
import { SOURCE, stackSubject } from "./statement";
import type { Trust } from "./trust";

/** What evidence has to be about to prove something. */
export interface Surroundings {
    readonly source: SourceFound;
    readonly stack: string;
    /** SHA-256 of what the stack's program makes. */
    readonly stackDigest: string;
    /** UID of kube-system in the stack's own cluster; undefined where its settings name none. */
    readonly cluster: string | undefined;
    readonly now: Date;
    /** Whose signatures are believed; undefined where none is asked for. */
    readonly trust: Trust | undefined;
}

/** A file of evidence, as it was taken. */
export interface Submission {
    readonly file: string;
    readonly sha256: string;
    readonly kind?: StatementKind;
    /** When what it states was seen, RFC 3339. */
    readonly at?: string;
    readonly tool?: string;
    /** Who has signed it, where that was verified. */
    readonly signer?: string;
    readonly cluster?: ClusterSeen;
    /** It speaks of the stack's own cluster, by the identity in its settings. */
    readonly own?: boolean;
    readonly results: readonly Result[];
    /** Why it proves nothing; left out where it counts. */
    readonly refused?: string;
}

/** How far clocks of two machines that are both set may be apart. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** Takes a statement, or says why it proves nothing about what is judged. */
export function admit(
    statement: ReadStatement,
    signer: string | undefined,
    around: Surroundings,
): Omit<Submission, "file" | "sha256"> {
    const { kind, predicate } = statement;
    const { at, tool, cluster, results } = predicate;
    const refused =
        signatureFault(statement, signer, around) ??
        sourceFault(statement, around.source) ??
        stackFault(statement, around) ??
        clusterFault(kind, cluster, around) ??
        (Date.parse(at) > around.now.getTime() + CLOCK_SKEW_MS ? `is of ${at}, which is yet to come` : undefined);
    return {
        ...{ kind, at, tool: `${tool.name} ${tool.version}`, results },
        ...(signer !== undefined && { signer }),
        ...(cluster !== undefined && {
            cluster,
            own: !cluster.rehearsal && cluster.identity === around.cluster,
        }),
        ...(refused !== undefined && { refused }),
    };
}

function signatureFault(
    { kind, predicate: { cluster } }: ReadStatement,
    signer: string | undefined,
    { trust }: Surroundings,
): string | undefined {
    if (trust === undefined || signer !== undefined) {
        return undefined;
    }
    if (trust.required.has(kind)) {
        return `is not signed, which evidence of the kind ${kind} has to be`;
    }
    return trust.required.has("live") && cluster?.rehearsal === false
        ? "is not signed, which what is seen on the stack's own cluster has to be"
        : undefined;
}

function sourceFault({ subject }: ReadStatement, here: SourceFound): string | undefined {
    if ("reason" in here) {
        return `can't be held against a commit: ${here.reason}`;
    }
    const [about, ...others] = subject.filter(({ name }) => name === SOURCE);
    if (about === undefined || others.length > 0) {
        return `must be about one ${SOURCE}, by its commit`;
    }
    const { gitCommit = "none", gitTree = "none" } = about.digest;
    if (gitCommit !== here.commit) {
        return `is about the commit ${short(gitCommit)}, not about ${short(here.commit)}`;
    }
    return gitTree === here.tree ? undefined : changedFiles(here);
}

function changedFiles({ commit }: Source): string {
    return `is about other files than those in this checkout of ${short(commit)}`;
}

function stackFault({ kind, subject }: ReadStatement, { stack, stackDigest }: Surroundings): string | undefined {
    const stacks = subject.filter(({ name }) => name.startsWith(stackSubject("")));
    // It need not be about a stack; where it says that it is, it has to be this one.
    if (!kindRules(kind).ofStack && stacks.length === 0) {
        return undefined;
    }
    const [about, ...others] = stacks;
    if (about === undefined || others.length > 0) {
        return "must be about one stack, by the digest of what its program makes";
    }
    if (about.name !== stackSubject(stack)) {
        return `is about ${about.name.replace("/", " ")}, not about ${stack}`;
    }
    const { sha256 = "none" } = about.digest;
    return sha256 === stackDigest
        ? undefined
        : `is about stack ${stack} as it was (${short(sha256)}), not as its program makes it now (${short(stackDigest)})`;
}

function clusterFault(
    kind: StatementKind,
    cluster: ClusterSeen | undefined,
    { cluster: own }: Surroundings,
): string | undefined {
    if (cluster === undefined) {
        return kindRules(kind).ofCluster ? "does not say on which cluster it was seen" : undefined;
    }
    return !cluster.rehearsal && own !== undefined && cluster.identity !== own
        ? `was seen on cluster ${cluster.name} (${cluster.identity}), not on the stack's own (${own})`
        : undefined;
}

function short(digest: string): string {
    return digest.slice(0, 12);
}
