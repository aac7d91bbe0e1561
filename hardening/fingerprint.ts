import { hash } from "node:crypto";

import type { Finding } from "./findings";

/** What a finding is identified by. */
type Identity = Pick<Finding, "control" | "source" | "kind" | "namespace" | "name" | "container" | "path">;

/**
 * Identifies a finding across runs: the rule, the object and the field, but neither line nor document, so that it survives
 * edits elsewhere in the file. 32 hexadecimal digits.
 */
export function fingerprint(finding: Identity): string {
    const { control, source, kind, namespace, name, container, path } = finding;
    // A container is named by its name, because containers added before it shift the index.
    const field = container === undefined ? path : path.replace(/ontainers\[\d+\]/, `ontainers[${container}]`);
    return hash("sha256", JSON.stringify([control, source, kind, namespace, name, field]), "hex").slice(0, 32);
}
