import assert from "node:assert/strict";

import { bindingSpecs, policyName, policySpec, selectedFor, twins } from "../../../components/admission/policies";
import { admissionSettings } from "../../../components/admission/settings";
import { imagesFromAllowedRegistries } from "../../../policies/controls/images/images-from-allowed-registries";
import type { Manifest } from "../../support/controls";
import { REFERENCES, REGISTRIES, refusedAtPreview } from "../../support/registries";
import type { Cluster } from "../harness/cluster";
import { policiesInForce, typeWarnings } from "../support/admission";
import { remove } from "../support/objects";
import { describeOnCluster } from "../support/shared";

/** Each list of registries is a stack's of its own: the project that deploys it, and the namespace that it closes. */
const STACKS = Object.values(REGISTRIES).map((registries, index) => ({
    project: index === 0 ? "x0tta6bl4" : `sienna-${index}`,
    namespace: index === 0 ? "x0tta6bl4-registries" : `shop-${index}`,
    registries,
}));
type Stack = (typeof STACKS)[number];

function objectsOf({ project, namespace, registries }: Stack): readonly object[] {
    const settings = admissionSettings.read({ action: "deny", registries }, "admission", []);
    const twin = twins(settings, selectedFor(settings)).find(({ control }) => control === imagesFromAllowedRegistries);
    assert.ok(twin);
    const name = policyName(project, twin.control);
    const [binding] = Object.values(bindingSpecs(twin, [namespace], project));
    const group = { apiVersion: "admissionregistration.k8s.io/v1" };
    return [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
        { ...group, kind: "ValidatingAdmissionPolicy", metadata: { name }, spec: policySpec(twin, [], []) },
        { ...group, kind: "ValidatingAdmissionPolicyBinding", metadata: { name }, spec: binding },
    ];
}

function pod(image: string): Manifest {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "web" },
        spec: { containers: [{ name: "web", image }], automountServiceAccountToken: false },
    };
}

/** Every 37th reference, and some that the list admits, which are few. */
function chosen({ registries }: Stack): readonly string[] {
    const taken = REFERENCES.filter((image) => !refusedAtPreview(pod(image), registries));
    return [...taken.slice(0, 40), ...REFERENCES.filter((_, index) => index % 37 === 0)];
}

/** Whether the API server refuses an image in a namespace; it must say then whose policy refuses it. */
async function refuses(cluster: Cluster, { project, namespace }: Stack, image: string): Promise<boolean> {
    const { status, text } = await cluster.request(
        "POST",
        `/api/v1/namespaces/${namespace}/pods?dryRun=All`,
        pod(image),
    );
    if (status === 201) {
        return false;
    }
    assert.match(text, new RegExp(`ValidatingAdmissionPolicy '${project}-images-from-allowed-registries'`), image);
    return true;
}

describeOnCluster("the registries that stacks name, in the API server", "control-plane", (cluster) => {
    const objects = STACKS.flatMap(objectsOf);

    before(async function () {
        this.timeout(300_000);
        await cluster().kubectl.apply(objects);
        await policiesInForce(cluster());
    });

    after(async function () {
        this.timeout(180_000);
        await remove(cluster(), objects.toReversed() as never, { wait: false });
    });

    it("decide as the control does at preview, under our names and strangers', each stack by its own list", async function () {
        this.timeout(300_000);
        const found: string[] = [];
        for (const stack of STACKS) {
            const verdicts = new Set<boolean>();
            for (const image of chosen(stack)) {
                const refused = await refuses(cluster(), stack, image);
                verdicts.add(refused);
                if (refused !== refusedAtPreview(pod(image), stack.registries)) {
                    found.push(`${stack.registries.join(" ")}: ${image} is ${refused ? "refused" : "taken"}`);
                }
            }
            assert.equal(verdicts.size, 2, `${stack.registries.join(" ")} was shown one side only`);
        }
        assert.deepEqual(found, []);
    });

    it("fit the types that the API server knows", async function () {
        this.timeout(120_000);
        const names = STACKS.map(({ project }) => policyName(project, imagesFromAllowedRegistries));
        assert.deepEqual(await typeWarnings(cluster(), names), []);
    });
});
