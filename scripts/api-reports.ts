// Writes packages/*/api.md, what programs that use the packages are compiled against: npm run api:doc
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";

import ts from "typescript";

const ROOT = resolve(__dirname, "..");

/** The packages that have types, as folders below packages/. */
export const TYPED_PACKAGES: readonly string[] = ["foundation", "hardening"];

export function reportFile(name: string): string {
    return join(ROOT, "packages", name, "api.md");
}

/**
 * The public surface of a built package: each name that it exports, and whatever of the package's own those are declared by,
 * without comments and private members. A change that could break a program that compiles against it changes this.
 *
 * @throws Error where the package is not built: npm run packages
 */
export function apiReport(name: string): string {
    const folder = join(ROOT, "packages", name);
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string; types: string };
    const entry = join(folder, manifest.types);
    const program = ts.createProgram([entry], {
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
        target: ts.ScriptTarget.ES2022,
        types: [],
    });
    const checker = program.getTypeChecker();
    const source = program.getSourceFile(entry);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) {
        throw new Error(`${relative(ROOT, entry)} is not built`);
    }
    const types = join(folder, "dist", "types") + sep;
    const exported = checker.getExportsOfModule(module);
    const waiting = exported.map((symbol) => aliased(symbol, checker));
    const seen = new Set(waiting);
    const inner: ts.Symbol[] = [];
    for (let symbol = waiting.pop(); symbol !== undefined; symbol = waiting.pop()) {
        for (const found of ownDeclarations(symbol, types).flatMap((declaration) => named(declaration, checker))) {
            if (!seen.has(found) && ownDeclarations(found, types).length > 0) {
                seen.add(found);
                inner.push(found);
                waiting.push(found);
            }
        }
    }
    const text = (symbol: ts.Symbol) => ownDeclarations(symbol, types).map(printed).join("\n");
    const names = exported.map((symbol) => {
        const origin = aliased(symbol, checker);
        return symbol.name === origin.name
            ? text(origin)
            : `export { ${origin.name} as ${symbol.name} };\n${text(origin)}`;
    });
    return [
        `# ${manifest.name}`,
        `\`\`\`ts\n${[...new Set(names)].sort().join("\n\n")}\n\`\`\``,
        "## What these are declared by",
        `\`\`\`ts\n${[...new Set(inner.map(text))].sort().join("\n\n")}\n\`\`\`\n`,
    ].join("\n\n");
}

function aliased(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** What the package itself says of a symbol, as whole statements. */
function ownDeclarations(symbol: ts.Symbol, types: string): readonly ts.Statement[] {
    const statements = (symbol.declarations ?? [])
        .filter((declaration) => resolve(declaration.getSourceFile().fileName).startsWith(types))
        .flatMap((declaration) => statementOf(declaration) ?? []);
    return [...new Set(statements)];
}

/** The statement of a file that a declaration is, or is a part of; none for a whole file. */
function statementOf(declaration: ts.Node): ts.Statement | undefined {
    for (let node = declaration; !ts.isSourceFile(node); node = node.parent) {
        if (ts.isSourceFile(node.parent)) {
            return node as ts.Statement;
        }
    }
    return undefined;
}

/** The symbols that a statement names. */
function named(statement: ts.Statement, checker: ts.TypeChecker): readonly ts.Symbol[] {
    const found: ts.Symbol[] = [];
    const visit = (node: ts.Node): void => {
        const symbol = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
        if (symbol !== undefined) {
            found.push(aliased(symbol, checker));
        }
        ts.forEachChild(node, visit);
    };
    visit(statement);
    return found;
}

const printer = ts.createPrinter({ removeComments: true });

function printed(statement: ts.Statement): string {
    const shown = ts.isClassDeclaration(statement) ? withoutPrivate(statement) : statement;
    return printer
        .printNode(ts.EmitHint.Unspecified, shown, statement.getSourceFile())
        .replace(/^export /, "")
        .replace(/^declare /, "");
}

function withoutPrivate(declared: ts.ClassDeclaration): ts.ClassDeclaration {
    const members = declared.members.filter(
        (member) =>
            !(ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) &&
            !(member.name !== undefined && ts.isPrivateIdentifier(member.name)),
    );
    const { modifiers, name, typeParameters, heritageClauses } = declared;
    return ts.factory.updateClassDeclaration(declared, modifiers, name, typeParameters, heritageClauses, members);
}

if (require.main === module) {
    const { status } = spawnSync("node", [join(__dirname, "packages.mjs"), ...TYPED_PACKAGES], { stdio: "inherit" });
    if (status !== 0) {
        throw new Error("the packages can't be built");
    }
    for (const name of TYPED_PACKAGES) {
        writeFileSync(reportFile(name), apiReport(name));
    }
}
