import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { dump, load } from "js-yaml";
import type { StackName } from "./stack";

const ROOT = join(__dirname, "..", "..", "..");

/** The settings of a stack as its file has them, each below its full key: `x0tta6bl4:images`. */
export type Settings = Record<string, unknown>;

/** The same program with a stack file of its own, as somebody with another cluster would write it. */
export interface Project {
    /** What the tool takes for `--directory`. */
    readonly directory: string;
    remove(): void;
}

/** Makes a project whose stack differs from the repository's own in what `change` changes. */
export function projectWith(stack: StackName, change: (settings: Settings) => void): Project {
    const folder = mkdtempSync(join(tmpdir(), "project-"));
    const file = `Pulumi.${stack}.yaml`;
    const { config } = load(readFileSync(join(ROOT, file), "utf8")) as { config: Settings };
    change(config);
    writeFileSync(join(folder, file), dump({ config }));
    const project = load(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")) as { main: string };
    const main = relative(folder, join(ROOT, project.main));
    writeFileSync(join(folder, "Pulumi.yaml"), dump({ ...project, main }));
    return { directory: relative(process.cwd(), folder), remove: () => rmSync(folder, { recursive: true }) };
}
