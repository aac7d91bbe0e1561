/**
 * A registry for pulls only (OCI distribution specification 1.1, "Pull"), over the files that `publishImage` writes. It runs
 * on the node, where containerd takes `localhost` for plain HTTP.
 *
 *   registry.mts FOLDER PORT
 */
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const CONTENT = /^\/v2\/([a-z0-9][a-z0-9._/-]*)\/(manifests|blobs)\/(sha256:[0-9a-f]{64}|[A-Za-z0-9_][A-Za-z0-9._-]*)$/;
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

const [folder = "", port = ""] = process.argv.slice(2);

/** The digest that a tag of a repository stands for; a digest stands for itself. */
function digestOf(repository: string, reference: string): string | undefined {
    const tag = join(folder, "tags", repository.replaceAll("/", "_"), reference);
    return reference.startsWith("sha256:") ? reference : existsSync(tag) ? readFileSync(tag, "utf8") : undefined;
}

createServer((request, response) => {
    const [, repository = "", kind, reference = ""] = CONTENT.exec(request.url ?? "") ?? [];
    const digest = digestOf(repository, reference);
    const file = join(folder, "blobs", digest ?? "");
    if (request.url === "/v2/") {
        response.end();
    } else if (digest === undefined || !existsSync(file)) {
        response.writeHead(404).end();
    } else {
        response.writeHead(200, {
            "content-type": kind === "manifests" ? MANIFEST : "application/octet-stream",
            "content-length": statSync(file).size,
            "docker-content-digest": digest,
        });
        if (request.method === "HEAD") {
            response.end();
        } else {
            createReadStream(file).pipe(response);
        }
    }
}).listen(Number(port), "127.0.0.1", () => console.log("listening"));
