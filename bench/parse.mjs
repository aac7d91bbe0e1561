// Reads the manifests below a folder and parses them, nothing else: node bench/parse.mjs yaml|js-yaml|json|write-json FOLDER
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const [reader, folder] = process.argv.slice(2);
/** The same objects as JSON, which `write-json` makes, so that making them is not timed. */
const asJson = `${folder}.json`;

function files(below) {
    return readdirSync(below, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name));
}

/** It refuses some that kubectl reads; it is timed up to there, and the rest is still read. */
function reads(loadAll, text) {
    try {
        loadAll(text);
        return true;
    } catch {
        return false;
    }
}

const READERS = {
    yaml: async () => {
        const { parseAllDocuments } = await import("yaml");
        files(folder).forEach((file) =>
            parseAllDocuments(readFileSync(file, "utf8")).forEach((document) => document.toJS()),
        );
    },
    "js-yaml": async () => {
        const { loadAll } = await import("js-yaml");
        const refused = files(folder).filter((file) => !reads(loadAll, readFileSync(file, "utf8")));
        if (refused.length > 0) {
            console.error(`${refused.length} files are refused`);
        }
    },
    json: () => files(asJson).forEach((file) => JSON.parse(readFileSync(file, "utf8"))),
    "write-json": writeAsJson,
};

async function writeAsJson() {
    const { parseAllDocuments } = await import("yaml");
    for (const file of files(folder)) {
        const copy = join(asJson, relative(folder, file));
        mkdirSync(dirname(copy), { recursive: true });
        const documents = parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS());
        writeFileSync(copy, JSON.stringify(documents));
    }
}

if (!Object.hasOwn(READERS, reader)) {
    console.error("usage: node bench/parse.mjs yaml|js-yaml|json|write-json FOLDER");
    process.exit(2);
}
await READERS[reader]();
