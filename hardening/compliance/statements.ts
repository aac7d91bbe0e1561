import type { StatementLine } from "./model";

/** What tables call the columns of {@link statementCells}. */
export const STATEMENT_HEADS = ["File", "Kind", "Seen", "By", "Signed by", "Counts"] as const;

/** A file of evidence as a line of a table, in plain text. */
export function statementCells(line: StatementLine): readonly string[] {
    const { file, kind = "", at = "", tool = "", cluster, signer = "nobody", refused } = line;
    const where = cluster === undefined ? "" : `${cluster.rehearsal ? ", rehearsal on" : ","} cluster ${cluster.name}`;
    return [file, kind, `${at}${where}`, tool, signer, refused === undefined ? "yes" : `no: it ${refused}`];
}
