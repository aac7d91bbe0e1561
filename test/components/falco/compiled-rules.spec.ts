import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

/*
 * Debian's sysdig compiles filters with the same library as Falco, in a release of 2022: it knows the language, but not
 * everything that can be named in it. It compiles before it opens its capture, so an empty one will do.
 */

const DIRECTORY = join(__dirname, "../../../components/falco/rules");
const TOKEN = /"(?:[^"\\]|\\.)*"|'[^']*'|[(),]|!=|>=|<=|[=<>]|[^\s(),=!<>"']+/g;

/** What came into the library after that release, and what stands for it here: something of the same kind. */
const NEWER: readonly (readonly [RegExp, string])[] = [
    [/\bopen_by_handle_at\b/g, "openat"],
    [/\bproc\.is_exe_(?:upper_layer|from_memfd|writable)\b/g, "evt.is_io"],
    // Ranges of IPv6.
    [/"::1\/128"/g, '"127.0.0.0/8"'],
];

interface Entry {
    readonly macro?: string;
    readonly list?: string;
    readonly rule?: string;
    readonly condition?: string;
    readonly items?: readonly (string | number)[];
    readonly output?: string;
    readonly source?: string;
}

const entries = readdirSync(DIRECTORY)
    .sort()
    .flatMap((file) => load(readFileSync(join(DIRECTORY, file), "utf8")) as readonly Entry[]);
const macros = new Map(entries.flatMap(({ macro, condition }) => (macro && condition ? [[macro, condition]] : [])));
// What is empty here is filled in by the stack.
const lists = new Map(
    entries.flatMap(({ list, items }) => (list && items ? [[list, items.length > 0 ? items : ["some"]]] : [])),
);
const rules = entries.filter(({ rule, source = "syscall" }) => rule !== undefined && source === "syscall");

function itemsOf(list: string): readonly string[] {
    return (lists.get(list) ?? []).flatMap((item) => (lists.has(String(item)) ? itemsOf(String(item)) : `"${item}"`));
}

/** A condition with every macro and list written out, as Falco does before it compiles. */
function expanded(condition: string): string {
    return (condition.match(TOKEN) ?? [])
        .map((token) => {
            const macro = macros.get(token);
            return macro !== undefined ? `(${expanded(macro)})` : lists.has(token) ? itemsOf(token).join(", ") : token;
        })
        .join(" ");
}

function inOlderWords(text: string): string {
    return NEWER.reduce((changed, [name, older]) => changed.replaceAll(name, older), text);
}

/** What the compiler has to say of a filter and the form of its output; empty where it takes both. */
function faultOf(filter: string, output = "%evt.num"): string {
    // Nothing where there is no such program, which the types of Node leave out.
    const printed: { readonly stdout: string | null; readonly stderr: string | null } = spawnSync(
        "sysdig",
        ["-r", "/dev/null", "-p", output, filter],
        { encoding: "utf8" },
    );
    const said = `${printed.stdout ?? ""}${printed.stderr ?? ""}`.trim();
    return said.startsWith("Could not initialize reader") ? "" : said || "said nothing";
}

/** It is there, and says what is expected of an empty capture and of a field that nobody has. */
const usable = faultOf("evt.type = open") === "" && faultOf("no.field = 1") !== "";
const note = usable ? "" : " (skipped: no sysdig on PATH that reads an empty capture)";

describe(`the conditions of our Falco rules${note}`, () => {
    before(function () {
        if (!usable) {
            this.skip();
        }
    });

    for (const { rule = "", condition = "", output = "" } of rules) {
        it(`compile: ${rule}`, () => {
            const filter = inOlderWords(expanded(condition));
            assert.equal(faultOf(filter, inOlderWords(output)), "", `${filter}\n${output}`);
        });
    }

    it("are really compiled: what is no filter, no field, no address and no event is refused", () => {
        for (const filter of [
            "evt.type = open and and fd.name = a",
            "proc.name in (a, b",
            "proc.nmae = sh",
            "fd.sip = shop",
            "evt.type = opne",
        ]) {
            assert.notEqual(faultOf(filter), "", filter);
        }
        assert.notEqual(faultOf("evt.type = open", "by %proc.nmae"), "");
    });

    it("need only those stand-ins that some rule needs", () => {
        const all = rules.map(({ condition = "" }) => expanded(condition)).join("\n");
        assert.deepEqual(
            NEWER.filter(([name]) => all.match(name) === null).map(([name]) => name.source),
            [],
        );
    });
});
