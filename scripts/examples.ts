import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { Examples } from "../policies/engine/examples";
import { parseExamples } from "../policies/engine/examples";

const FOLDER = join(__dirname, "..", "policies/controls");

/** The examples that stand beside the controls, by the area that they stand in. */
export function examplesByArea(): ReadonlyMap<string, Examples> {
    const files = globSync("*/EXAMPLES.md", { cwd: FOLDER }).sort();
    return new Map(files.map((file) => [dirname(file), parseExamples(readFileSync(join(FOLDER, file), "utf8"))]));
}

/** All of them. */
export function writtenExamples(): Examples {
    return new Map([...examplesByArea().values()].flatMap((examples) => [...examples]));
}
