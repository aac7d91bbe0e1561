import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

import { findBinary } from "./binary";

/** What comes with Falco's program, below the root that its archive or package is unpacked to. */
export const FALCO_PATHS = {
    program: "/usr/bin/falco",
    rules: "/etc/falco/falco_rules.yaml",
    container: "/usr/share/falco/plugins/libcontainer.so",
} as const;

/** The folder that Falco was unpacked to, if `falco` is on PATH. */
export const falcoRoot = ((): string | undefined => {
    const program = findBinary("falco");
    return program === undefined ? undefined : join(dirname(program), "..", "..");
})();

/** What is missing to run Falco as its image would: the program on PATH, or what its packages bring along. */
export const missingOfFalco: readonly string[] =
    falcoRoot === undefined
        ? ["falco on PATH"]
        : Object.values(FALCO_PATHS)
              .map((path) => join(falcoRoot, path))
              .filter((path) => !existsSync(path));
