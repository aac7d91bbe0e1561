import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import ts from "typescript";

const root = dirname(dirname(import.meta.dirname));

/** What package.json says of one entry. */
interface Entry {
    /** As it is imported, such as `@x0tta6bl4/spiffe/tls`. */
    readonly name: string;
    /** The source it is made of. */
    readonly source: string;
}

/** The entries of the package. */
export function packageEntries(): readonly Entry[] {
    const { name, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
        name: string;
        exports: Record<string, string | { "@x0tta6bl4/source": string }>;
    };
    return Object.entries(exports).flatMap(([path, entry]) =>
        typeof entry === "string"
            ? []
            : [{ name: name + path.slice(1), source: join(root, entry["@x0tta6bl4/source"]) }],
    );
}

/** The file in api/ that holds the report of an entry. */
export function reportFile({ name }: Entry): string {
    const last = basename(name);
    return join(root, "api", `${last === "spiffe" ? "core" : last}.md`);
}

/** The reference of each entry: every name it exports, with what its docstring says and its declaration as TypeScript emits it. */
export function apiReports(): Map<Entry, string> {
    const entries = packageEntries();
    const config = ts.getParsedCommandLineOfConfigFile(
        join(root, "tsconfig.build.json"),
        {},
        {
            ...ts.sys,
            onUnRecoverableConfigFileDiagnostic: () => {},
        },
    );
    const options: ts.CompilerOptions = {
        ...config?.options,
        declaration: true,
        declarationMap: false,
        emitDeclarationOnly: true,
        removeComments: false,
    };
    const program = ts.createProgram(
        entries.map(({ source }) => source),
        options,
    );
    const declarations = emitted(program);
    const checker = program.getTypeChecker();
    return new Map(
        entries.map((entry) => {
            const module = checker.getSymbolAtLocation(required(program.getSourceFile(entry.source), entry.source));
            const names = checker
                .getExportsOfModule(required(module, entry.source))
                .map((symbol) => describe(symbol, checker, declarations))
                .sort((a, b) => (a.name < b.name ? -1 : 1));
            const index = names.map(({ name }) => `[\`${name}\`](#${name.toLowerCase()})`);
            const head = [`# ${entry.name}`, "Written from the sources by `npm run spiffe:api`.", index.join(" · ")];
            return [entry, `${[...head, ...names.map(({ text }) => text)].join("\n\n")}\n`];
        }),
    );
}

/** The declarations of every source file, by its name. */
function emitted(program: ts.Program): ReadonlyMap<string, ts.SourceFile> {
    const files = new Map<string, ts.SourceFile>();
    program.emit(
        undefined,
        (name, text, _mark, _error, sources) => {
            for (const { fileName } of sources ?? []) {
                files.set(fileName, ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true));
            }
        },
        undefined,
        true,
    );
    return files;
}

function describe(
    exported: ts.Symbol,
    checker: ts.TypeChecker,
    files: ReadonlyMap<string, ts.SourceFile>,
): { name: string; text: string } {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const statements = (symbol.declarations ?? []).flatMap((declaration) => {
        const file = required(files.get(declaration.getSourceFile().fileName), symbol.name);
        return file.statements.filter((statement) => declares(statement, symbol.name));
    });
    const each = [...new Set(statements)];
    const code = each.map((statement) => publicText(statement, statement.getSourceFile())).join("\n");
    const prose = each.flatMap(docstring);
    return { name: exported.name, text: [`## ${exported.name}`, ...prose, `\`\`\`ts\n${code}\n\`\`\``].join("\n\n") };
}

/** The words of a tag, as a list of the reference has them. */
const TAGS: Readonly<Record<string, string>> = { returns: "Returns", throws: "Throws", default: "Default" };

/** What a declaration's docstring says, in paragraphs of Markdown. */
function docstring(statement: ts.Statement): string[] {
    const docs = ts.getJSDocCommentsAndTags(statement).filter(ts.isJSDoc);
    const prose = docs.map(({ comment }) => toMarkdown(comment)).filter((text) => text !== "");
    const tags = docs
        .flatMap(({ tags = [] }) => [...tags])
        .map((tag) => {
            const name = ts.isJSDocParameterTag(tag) ? `\`${tag.name.getText()}\`` : TAGS[tag.tagName.text];
            // The type of what is thrown stands in braces, which the parser takes for one.
            const type = ts.isJSDocThrowsTag(tag) ? tag.typeExpression?.type.getText() : undefined;
            const text = [...(type === undefined ? [] : [`\`${type}\``]), toMarkdown(tag.comment)].join(" ").trim();
            return `- ${required(name, `a tag @${tag.tagName.text}`)}: ${text}`;
        });
    return [...prose, ...(tags.length > 0 ? [tags.join("\n")] : [])];
}

function toMarkdown(comment: ts.JSDoc["comment"]): string {
    const text = ts.getTextOfJSDocComment(comment) ?? "";
    return text.replace(/\{@link ([^\s}]+)\}/g, "`$1`").trim();
}

function declares(statement: ts.Statement, name: string): boolean {
    if (ts.isVariableStatement(statement)) {
        return statement.declarationList.declarations.some((one) => one.name.getText() === name);
    }
    return "name" in statement && (statement.name as ts.Node | undefined)?.getText() === name;
}

/** A declaration without what is private to it. */
function publicText(statement: ts.Statement, file: ts.SourceFile): string {
    const hidden = ts.isClassDeclaration(statement)
        ? statement.members.filter(
              (member) =>
                  ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private ||
                  (member.name !== undefined && ts.isPrivateIdentifier(member.name)),
          )
        : [];
    let text = statement.getText(file);
    for (const member of hidden) {
        text = text.replace(member.getFullText(file), "");
    }
    return text.trim().replace(/^export (declare )?/, "");
}

function required<T>(value: T | undefined, what: string): T {
    if (value === undefined) {
        throw new Error(`${what} was not compiled`);
    }
    return value;
}
