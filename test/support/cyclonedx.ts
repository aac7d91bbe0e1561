import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { ValidateFunction } from "ajv";
import { Ajv } from "ajv";
import addFormats, { type FormatsPlugin } from "ajv-formats";

/** Says whether something is a bill of materials of CycloneDX 1.6, by CycloneDX's own schema. */
export function cycloneDxValidator(): ValidateFunction {
    const folder = "node_modules/@cyclonedx/cyclonedx-library/res/schema";
    const schema = (name: string): object => JSON.parse(readFileSync(join(folder, name), "utf8")) as object;
    const ajv = new Ajv({ strict: false, allErrors: true });
    (addFormats.default as FormatsPlugin)(ajv);
    // The schema names this format, which ajv-formats does not have.
    ajv.addFormat("iri-reference", true);
    // The main schema refers to its parts by their file names, not by the ids that they give themselves.
    for (const part of ["spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json"]) {
        ajv.addSchema({ ...schema(part), $id: `http://cyclonedx.org/schema/${part}` });
    }
    return ajv.compile(schema("bom-1.6.SNAPSHOT.schema.json"));
}
