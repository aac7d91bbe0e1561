import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { toTrustMaterial } from "@sigstore/verify";
import { TrustedRoot } from "@sigstore/protobuf-specs";

import type { Trust } from "../../../hardening/evidence/trust";
import { readTrust } from "../../../hardening/evidence/trust";
import { withCheckout } from "../../support/evidence";

/** The policy of this repository as it stands in a checkout that calls its origin so. */
async function policyOf(origin: string | undefined): Promise<Trust> {
    return withCheckout((folder) => {
        for (const file of ["trust.yaml", "trusted_root.json"]) {
            copyFileSync(join("checklist", file), join(folder, file));
        }
        if (origin !== undefined) {
            execFileSync("git", ["remote", "add", "origin", origin], { cwd: folder, stdio: "pipe" });
        }
        return readTrust(join(folder, "trust.yaml"));
    });
}

describe("the policy of this repository on whose evidence is believed", () => {
    const SUBJECT = "https://github.com/acme/shop/.github/workflows/audit.yml@refs/heads/main";

    it("believes the audit's workflow of the repository that the checkout is of, and no key", async () => {
        const origins = [
            "https://github.com/acme/shop",
            "https://github.com/acme/shop.git",
            "git@github.com:acme/shop.git",
        ];
        for (const origin of [...origins, "ssh://git@github.com/acme/shop.git"]) {
            const { identities, keys, required } = await policyOf(origin);
            assert.deepEqual(
                identities,
                [{ issuer: "https://token.actions.githubusercontent.com", subject: SUBJECT }],
                origin,
            );
            assert.deepEqual(keys, []);
            assert.deepEqual([...required], ["jobs", "live"]);
        }
    });

    it("believes nobody where the checkout is of no repository on GitHub", async () => {
        const elsewhere = [
            "https://example.org/acme/shop",
            "https://github.com.example.org/acme/shop",
            "/srv/shop.git",
        ];
        for (const origin of [undefined, ...elsewhere, "https://github.com/acme/shop/more"]) {
            assert.deepEqual((await policyOf(origin)).identities, [], origin);
        }
    });

    it("names authorities and logs of Sigstore's that its libraries read", async () => {
        const { trustedRoot } = await policyOf(undefined);
        const { certificateAuthorities, tlogs, ctlogs } = toTrustMaterial(TrustedRoot.fromJSON(trustedRoot));
        assert.ok(certificateAuthorities.length > 0 && tlogs.length > 0 && ctlogs.length > 0);
    });

    it("can name no workflow but by its file and its ref", async () => {
        await withCheckout((folder) => {
            const file = join(folder, "trust.yaml");
            writeFileSync(file, "workflows: [.github/workflows/*]\ntrustedRoot: root.json\n");
            assert.throws(() => readTrust(file), {
                message: `${file}: workflows[0] must be a workflow and its ref, e.g. .github/workflows/audit.yml@refs/heads/main, found ".github/workflows/*"`,
            });
        });
    });
});
