import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { dump, load } from "js-yaml";
import type { KubernetesObject } from "../harness/kubectl";
import { renderStack, type StackName } from "./stack";

const ROOT = join(__dirname, "..", "..", "..");

/** The settings of a stack as its file has them, each below its full key: `x0tta6bl4:images`. */
export type Settings = Record<string, unknown>;

/**
 * Renders the same program with a stack file of its own, as somebody with another cluster would write it: it differs from the
 * repository's in what `change` changes.
 *
 * @returns the objects, in apply order
 */
export async function renderWith(
    stack: StackName,
    change: (settings: Settings) => void,
): Promise<readonly KubernetesObject[]> {
    const folder = mkdtempSync(join(tmpdir(), "project-"));
    const file = `Pulumi.${stack}.yaml`;
    const { config } = load(readFileSync(join(ROOT, file), "utf8")) as { config: Settings };
    change(config);
    writeFileSync(join(folder, file), dump({ config }));
    const project = load(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")) as { main: string };
    const main = relative(folder, join(ROOT, project.main));
    writeFileSync(join(folder, "Pulumi.yaml"), dump({ ...project, main }));
    try {
        return (await renderStack(stack, ["--no-verify", "--directory", relative(process.cwd(), folder)])).objects;
    } finally {
        rmSync(folder, { recursive: true });
    }
}
