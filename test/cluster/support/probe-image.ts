import { join } from "node:path";

import { must } from "../harness/exec";
import type { ImageSpec } from "../harness/images";

const PROBE = join(__dirname, "..", "..", "..", "probe");

/**
 * The probe's image as probe/Dockerfile lays it out, without a builder: the bundle, this very Node.js, and the libraries that
 * the dynamic loader says it needs, in place of the distroless base.
 */
export async function probeImage(tag: string, env: readonly string[] = []): Promise<ImageSpec> {
    await must(process.execPath, [join(PROBE, "build.mjs")]);
    const libraries = (await must("ldd", [process.execPath])).match(/\/\S+/g) ?? [];
    return {
        tag,
        files: {
            ...Object.fromEntries(libraries.map((path) => [path, path])),
            "/app/node": process.execPath,
            "/app/probe.mjs": join(PROBE, "dist", "probe.mjs"),
        },
        entrypoint: ["/app/node", "--disable-proto=delete", "/app/probe.mjs"],
        user: "65532:65532",
        env: ["NODE_ENV=production", ...env],
    };
}
