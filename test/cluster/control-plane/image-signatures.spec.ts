import assert from "node:assert/strict";

import { load } from "js-yaml";

import { imagePolicySpec } from "../../../components/admission/signatures";
import type { Signer } from "../../../components/admission/settings";
import { definitions } from "../harness/definitions";
import { describeOnCluster } from "../support/shared";

const NAME = "clusterimagepolicies.policy.sigstore.dev";
const SIGNERS: readonly Signer[] = [
    { kind: "keyless", issuer: "https://issuer.example", subject: "https://ci.example/build", format: "legacy" },
    { kind: "keyless", issuer: "https://issuer.example", subject: "https://ci.example/build", format: "bundle" },
    {
        kind: "kms",
        key: "gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k",
        transparencyLog: true,
        format: "legacy",
    },
    { kind: "kms", key: "hashivault://images", transparencyLog: false, format: "legacy" },
    { kind: "none", reason: "Signed from May." },
];

interface Definition {
    readonly spec: { versions: readonly { name: string; storage: boolean }[]; conversion: unknown };
}

describeOnCluster("image policies on a real API server", "control-plane", (cluster) => {
    before(async function () {
        this.timeout(300_000);
        const definition = load((await definitions()).get(NAME) ?? "") as Definition;
        // Versions are converted by the controller's webhook, which doesn't run here.
        definition.spec.conversion = { strategy: "None" };
        definition.spec.versions = definition.spec.versions
            .filter(({ name }) => name === "v1beta1")
            .map((version) => ({ ...version, storage: true }));
        const { kubectl } = cluster();
        await kubectl.apply([definition]);
        await kubectl.run(["wait", "--for=condition=Established", "--timeout=60s", `crd/${NAME}`]);
    });

    after(async () => {
        await cluster().kubectl.run(["delete", "crd", NAME, "--wait=true"]);
    });

    it("are accepted with strict field validation by sigstore's own definition, whoever signs", async () => {
        const policies = SIGNERS.map((signer, index) => ({
            apiVersion: "policy.sigstore.dev/v1beta1",
            kind: "ClusterImagePolicy",
            metadata: { name: `policy-${index}` },
            spec: imagePolicySpec("docker.io/acme/web", signer),
        }));
        const outcome = await cluster().kubectl.tryApply(policies);
        assert.equal(outcome.code, 0, outcome.stderr);
        assert.equal(outcome.stderr, "");
        assert.equal(outcome.stdout.trim().split("\n").length, SIGNERS.length);
    });
});
