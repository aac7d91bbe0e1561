import { accessSync, constants, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether a program of this very name can be run; a file system that takes capitals for small letters finds others too. */
export function isOnPath(program: string): boolean {
    return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
        try {
            accessSync(join(folder, program), constants.X_OK);
            return readdirSync(folder).includes(program);
        } catch {
            return false;
        }
    });
}
