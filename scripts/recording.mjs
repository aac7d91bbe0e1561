import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { tsImport } from "tsx/esm/api";

/**
 * A recording of a run by a program that is no TypeScript, where EVIDENCE names a folder for statements; undefined elsewhere. To
 * be made when the run starts.
 */
export async function startRecording() {
    const folder = process.env.EVIDENCE ?? "";
    if (folder === "") {
        return undefined;
    }
    const { Recording } = await tsImport("../hardening/evidence/write.ts", import.meta.url);
    return new Recording(dirname(dirname(fileURLToPath(import.meta.url))), folder);
}
