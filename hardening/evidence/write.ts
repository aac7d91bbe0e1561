import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { UsageError } from "../io";
import { reasonOf } from "../sources/files";
import type { StatementKind } from "./kinds";
import { predicateType } from "./kinds";
import type { Source, SourceFound } from "./source";
import { sourceOf } from "./source";
import type { Predicate, Statement, Subject } from "./statement";
import { SOURCE, STATEMENT_TYPE, stackSubject } from "./statement";

/** What a run has to say at its end. */
export interface Outcome {
    readonly kind: StatementKind;
    readonly predicate: Predicate;
    /** The stack that it was about, by the digest of what its program makes. */
    readonly stack?: { readonly name: string; readonly digest: string };
    /** What else it is about: images and packages, by their digests. */
    readonly about?: readonly Subject[];
}

/**
 * Writes down what a run comes to, for the compliance report. To be made when the run starts: where the files of the
 * checkout change meanwhile, nobody knows which of them it was about.
 */
export class Recording {
    private readonly source: SourceFound;

    constructor(
        private readonly directory: string,
        private readonly folder: string,
    ) {
        this.source = sourceOf(directory);
    }

    /**
     * Adds a statement to the folder, which is made where there is none.
     *
     * @returns the file
     * @throws UsageError where nothing can be stated, or the folder can't be written to
     */
    public write(outcome: Outcome): string {
        const statement = this.statement(outcome);
        const { kind, stack, predicate } = outcome;
        const name = [kind, stack?.name, predicate.at.replaceAll(/[^0-9]/g, ""), randomBytes(4).toString("hex")];
        const file = join(this.folder, `${name.filter((part) => part !== undefined).join("-")}.json`);
        try {
            mkdirSync(this.folder, { recursive: true });
            writeFileSync(file, `${JSON.stringify(statement, null, 2)}\n`, { flag: "wx" });
        } catch (error) {
            throw new UsageError([`evidence ${file} ${reasonOf(error)}`]);
        }
        return file;
    }

    private statement({ kind, predicate, stack, about = [] }: Outcome): Statement {
        const [before, now] = [told(this.source), told(sourceOf(this.directory))];
        if (now.commit !== before.commit || now.tree !== before.tree) {
            throw new UsageError(["no evidence can be written: files of this checkout changed during the run"]);
        }
        const subject: readonly Subject[] = [
            { name: SOURCE, digest: { gitCommit: now.commit, gitTree: now.tree } },
            ...(stack === undefined ? [] : [{ name: stackSubject(stack.name), digest: { sha256: stack.digest } }]),
            ...about,
        ];
        return { _type: STATEMENT_TYPE, subject, predicateType: predicateType(kind), predicate };
    }
}

function told(found: SourceFound): Source {
    if ("reason" in found) {
        throw new UsageError([`no evidence can be written: ${found.reason}`]);
    }
    return found;
}
