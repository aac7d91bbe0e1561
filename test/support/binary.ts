import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Path of a program on PATH, or undefined where there is none. */
export function findBinary(name: string): string | undefined {
    return (process.env["PATH"] ?? "")
        .split(delimiter)
        .map((directory) => join(directory, name))
        .find((path) => {
            try {
                accessSync(path, constants.X_OK);
                return true;
            } catch {
                return false;
            }
        });
}
