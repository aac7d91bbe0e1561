import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

import ts from "typescript";

/**
 * Writes the TypeScript declarations of some entries: their own, and those of the files that they lead to. What only the
 * code behind them imports is left out.
 *
 * @param {string} root folder of tsconfig.json; declarations keep the folders that their sources have below it
 * @param {readonly string[]} entries sources, below `root`
 * @param {string} out folder to write to
 */
export function writeDeclarations(root, entries, out) {
    const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [...entries] }, ts.sys, root);
    const program = ts.createProgram(
        entries.map((entry) => join(root, entry)),
        { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: root, outDir: out },
    );
    const waiting = entries.map((entry) => join(root, entry));
    const seen = new Set(waiting);
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
        const source = program.getSourceFile(file);
        const { diagnostics } = program.emit(
            source,
            (name, text) => {
                mkdirSync(dirname(name), { recursive: true });
                writeFileSync(name, text);
                for (const { fileName } of ts.preProcessFile(text).importedFiles) {
                    const found = ts.resolveModuleName(fileName, file, options, ts.sys).resolvedModule
                        ?.resolvedFileName;
                    if (found !== undefined && !seen.has(found) && !relative(root, found).includes("node_modules")) {
                        seen.add(found);
                        waiting.push(found);
                    }
                }
            },
            undefined,
            true,
        );
        if (diagnostics.length > 0) {
            throw new Error(
                ts.formatDiagnostics(diagnostics, {
                    getCanonicalFileName: (name) => name,
                    getCurrentDirectory: () => root,
                    getNewLine: () => "\n",
                }),
            );
        }
    }
}
