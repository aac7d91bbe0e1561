// Writes anew what is known of Terraform's Kubernetes provider: npm run terraform:schema -- CHECKOUT
// CHECKOUT is one of https://github.com/hashicorp/terraform-provider-kubernetes, at the release that is to be known.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const [checkout] = process.argv.slice(2);
if (checkout === undefined) {
    console.error("the checkout of the provider is missing: npm run terraform:schema -- CHECKOUT");
    process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "terraform-schema-"));
try {
    // The program is seen within the checkout, and not written there.
    const overlay = join(folder, "overlay.json");
    const program = resolve("scripts/terraform-schema/main.go");
    writeFileSync(overlay, JSON.stringify({ Replace: { [resolve(checkout, "schema-of/main.go")]: program } }));
    const schema = execFileSync("go", ["run", "-overlay", overlay, "./schema-of"], {
        cwd: checkout,
        maxBuffer: 64 << 20,
        stdio: ["ignore", "pipe", "inherit"],
    });
    writeFileSync("test/data/terraform-kubernetes.json", schema);
} finally {
    rmSync(folder, { recursive: true });
}
