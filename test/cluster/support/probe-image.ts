import { join } from "node:path";

import { must } from "../harness/exec";
import { programWithLibraries, type ImageSpec } from "../harness/images";

const PROBE = join(__dirname, "..", "..", "..", "probe");

/**
 * The probe's image as probe/Dockerfile lays it out, without a builder: the bundle, and this very Node.js with its libraries in
 * place of the distroless base.
 */
export async function probeImage(env: readonly string[] = []): Promise<Omit<ImageSpec, "tag">> {
    await must(process.execPath, [join(PROBE, "build.mjs")]);
    return {
        files: {
            ...(await programWithLibraries(process.execPath, "/app/node")),
            "/app/probe.mjs": join(PROBE, "dist", "probe.mjs"),
        },
        entrypoint: ["/app/node", "--disable-proto=delete", "/app/probe.mjs"],
        user: "65532:65532",
        env: ["NODE_ENV=production", ...env],
    };
}
