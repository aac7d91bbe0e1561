import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Writes files into a folder of their own, passes it on, and removes it afterwards. */
export async function withFiles<T>(
    files: Readonly<Record<string, string | Buffer>>,
    use: (folder: string) => T | Promise<T>,
): Promise<T> {
    const folder = mkdtempSync(join(tmpdir(), "hardening-test-"));
    try {
        for (const [name, content] of Object.entries(files)) {
            mkdirSync(dirname(join(folder, name)), { recursive: true });
            writeFileSync(join(folder, name), content);
        }
        return await use(folder);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}
