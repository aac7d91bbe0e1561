import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Path of a program in some folders, those of PATH unless said otherwise, or undefined where there is none. */
export function findBinary(
    name: string,
    folders: readonly string[] = (process.env["PATH"] ?? "").split(delimiter),
): string | undefined {
    return folders
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
