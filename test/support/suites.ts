import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { loadAll } from "js-yaml";

import type { Manifest } from "./controls";

/** Where the outside suites lie: `SUITES_DIR`, or beside the repository. */
const SUITES = resolve(process.env["SUITES_DIR"] ?? join(__dirname, "../../../shared/suites"));

/** The folder of a suite, or the reason why it can't be used. */
export function suite(name: string): { readonly folder: string; readonly missing: string | undefined } {
    const folder = join(SUITES, name);
    return { folder, missing: existsSync(folder) ? undefined : `SUITES_DIR has no ${name} suite` };
}

/** The rows of a CSV file with a header line; fields may be quoted (RFC 4180). */
export function readCsv(file: string): readonly Readonly<Record<string, string>>[] {
    const [header = [], ...rows] = parseCsv(readFileSync(file, "utf8"));
    return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ""])));
}

function parseCsv(text: string): readonly (readonly string[])[] {
    const rows: string[][] = [];
    let row: string[] = [];
    for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
        const [whole, quoted, plain = "", end = ""] = match;
        if (whole === "" && row.length === 0) {
            break;
        }
        row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
        if (end !== ",") {
            rows.push(row);
            row = [];
        }
    }
    return rows;
}

/** The manifests of a YAML file; empty documents are left out. */
export function readManifests(file: string): readonly Manifest[] {
    return (loadAll(readFileSync(file, "utf8")) as (Manifest | null | undefined)[]).filter(
        (manifest): manifest is Manifest => manifest !== null && manifest !== undefined,
    );
}
