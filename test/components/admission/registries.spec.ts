import assert from "node:assert/strict";

import { policySpec, registryFaults, selectedFor, twins } from "../../../components/admission/policies";
import { admissionSettings } from "../../../components/admission/settings";
import { readConfig, structured } from "../../../components/config";
import { Images } from "../../../components/images";
import { readStack } from "../../../hardening/sources/program/stack-file";
import { noRetiredRegistries } from "../../../policies/controls/images/no-retired-registries";
import type { ContainerRole } from "../../../policies/kubernetes/pods";
import { admission } from "../../support/cel";
import { manifestsOf } from "../../support/cases";
import { REFERENCES, REGISTRIES, refusedAtPreview } from "../../support/registries";
import { resourceOf } from "../../support/twins";
import { WRAPPERS, wrapPod } from "../../support/wrap";

const CONTROL = "images-from-allowed-registries";

function settings(raw: object) {
    return admissionSettings.read(raw, "admission", []);
}

/** The counterpart under a list of registries, and what happens where it refuses. */
function counterpart(registries: readonly string[] | undefined, more: object = {}) {
    const chosen = settings({ action: "deny", ...(registries && { registries }), ...more });
    const found = twins(chosen, selectedFor(chosen)).find(({ control }) => control.name === CONTROL);
    return found && { action: found.action, judge: admission(policySpec(found, [], [])) };
}

function pod(image: string): Readonly<Record<string, unknown>> {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "web", namespace: "shop" },
        spec: { containers: [{ name: "web", image }] },
    };
}

/** What is wrong with the stack staging under these settings of admission. */
function faultsOf(stack: string, more: object): readonly string[] {
    const { config: raw } = readStack(process.cwd(), stack);
    return readConfig({ ...structured(raw), "x0tta6bl4:admission": more }, "x0tta6bl4").faults;
}

describe("The registries of the cluster", () => {
    it("have no policy until somebody names some: no default admits an image for where it is from", () => {
        assert.equal(counterpart(undefined), undefined);
    });

    it("are refused at admission what isn't from them, as the control refuses it at preview, for every reference", function () {
        this.timeout(120_000);
        for (const [what, registries] of Object.entries(REGISTRIES)) {
            const twin = counterpart(registries);
            assert.equal(twin?.action, "deny");
            const verdicts = REFERENCES.map((reference) => {
                const refused = twin.judge(pod(reference)).refused.length > 0;
                assert.equal(refused, refusedAtPreview(pod(reference), registries), `${what}: ${reference}`);
                return refused;
            });
            assert.equal(new Set(verdicts).size, 2, `${what}: something is refused and something is not`);
        }
    });

    it("hold init, sidecar and ephemeral containers and image volumes, in every kind that carries pods", () => {
        const registries = ["registry.k8s.io/"];
        const twin = counterpart(registries);
        const roles: readonly ContainerRole[] = ["init", "sidecar", "main", "ephemeral"];
        for (const image of ["registry.k8s.io/a:1", "attacker.example/a:1"]) {
            const bad = image.startsWith("attacker");
            const good = { container: { image: "registry.k8s.io/good:1" } };
            const volumes = [{ name: "v", image: { reference: image } }];
            const manifests = [
                ...roles.flatMap((role) => manifestsOf({ container: { image } }, good, role)),
                ...WRAPPERS.map(({ kind }) => wrapPod(pod(image), kind)).filter((one) => resourceOf(one) !== undefined),
                { ...pod("registry.k8s.io/a:1"), spec: { containers: [], volumes } },
            ];
            for (const manifest of manifests) {
                assert.equal(refusedAtPreview(manifest, registries), bad, JSON.stringify(manifest));
                assert.equal((twin?.judge(manifest).refused.length ?? 0) > 0, bad, JSON.stringify(manifest));
            }
        }
    });

    it("may be made to warn or be left to preview", () => {
        const registries = ["registry.k8s.io/"];
        assert.equal(counterpart(registries, { controls: { [CONTROL]: "warn" } })?.action, "warn");
        assert.equal(counterpart(registries, { controls: { [CONTROL]: "off" } }), undefined);
        assert.equal(counterpart(registries, { action: "audit" })?.action, "audit");
    });

    it("have to be named before the control can be set, and at least one", () => {
        assert.deepEqual(faultsOf("staging", { controls: { [CONTROL]: "deny" } }), [
            `x0tta6bl4:admission.controls.${CONTROL}: this control has no admission counterpart before registries is set`,
        ]);
        assert.equal(faultsOf("staging", { registries: [] }).length, 1);
        assert.equal(faultsOf("staging", { registries: "ghcr.io/" }).length, 1);
    });

    it("have to hold what the stack itself runs", () => {
        for (const stack of ["staging", "production"]) {
            const own = ["localhost:5001/", "ghcr.io/", "registry.k8s.io/", "docker.io/falcosecurity/"];
            assert.deepEqual(faultsOf(stack, { registries: own }), []);
            const faults = faultsOf(stack, { registries: own.slice(1) });
            assert.ok(faults.length > 0);
            for (const fault of faults) {
                assert.match(
                    fault,
                    /^x0tta6bl4:admission\.registries names no registry of localhost:5001\/\S+, which this stack runs and the cluster would refuse$/,
                );
            }
        }
        assert.deepEqual(registryFaults(undefined, { imagesByNamespace: {}, images: {} as never }), []);
    });

    it("have to hold an image too whose digest is missing still", () => {
        const images = new Images(undefined, "acme");
        assert.deepEqual(registryFaults(["ghcr.io/"], { imagesByNamespace: { spire: ["backup"] }, images }), [
            "names no registry of localhost:5001/x0tta6bl4-backup:0.1.0, which this stack runs and the cluster would refuse",
        ]);
        assert.deepEqual(registryFaults(["localhost:5001/"], { imagesByNamespace: { spire: ["backup"] }, images }), []);
    });

    it("that are retired are refused at admission too, as at preview", () => {
        const chosen = settings({ action: "deny" });
        const found = twins(chosen, selectedFor(chosen)).find(({ control }) => control === noRetiredRegistries);
        assert.ok(found);
        const judge = admission(policySpec(found, [], []));
        for (const [image, refused] of [
            ["k8s.gcr.io/pause:3.1", true],
            ["eu.k8s.gcr.io/pause:3.1", true],
            ["gcr.io/google-containers/pause", true],
            ["gcr.io/google-containers-evil/pause", false],
            ["registry.k8s.io/pause:3.10", false],
            ["k8s.gcr.io.example/pause:3.1", false],
        ] as const) {
            assert.equal(judge(pod(image)).refused.length > 0, refused, image);
        }
    });
});
