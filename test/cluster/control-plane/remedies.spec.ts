import assert from "node:assert/strict";
import { mend } from "../../../hardening/fix/fix";
import { controls } from "../../../policies/controls";
import { selectControls } from "../../../policies/engine/profiles";
import { TODAY } from "../../support/cli";
import type { RemedyCase } from "../../support/remedies";
import { CASES } from "../../support/remedies";
import type { KubernetesObject } from "../harness/kubectl";
import { create, remove } from "../support/objects";
import { describeOnCluster } from "../support/shared";

const NAMESPACE: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "remedies-test" } };
/** What pods of the cases run as; Kubernetes makes the default account itself, some time later. */
const ACCOUNTS: readonly KubernetesObject[] = ["default", "web"].map((name) => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace: NAMESPACE.metadata.name },
}));

/** Kubernetes serves these itself; the others are custom resources that this cluster does not have. */
const SERVED = /^(?:v1|[a-z]+\/|rbac\.authorization\.k8s\.io\/|admissionregistration\.k8s\.io\/)/;
const ALL = selectControls(controls, "all");

/** The manifest of a case, in the namespace of this suite. */
function placed({ manifests }: RemedyCase): KubernetesObject {
    const [manifest] = manifests as readonly KubernetesObject[];
    assert.ok(manifest);
    const { namespace, name, ...metadata } = manifest.metadata;
    const place = namespace === undefined ? { name: `${name}-remedies` } : { name, namespace: NAMESPACE.metadata.name };
    return { ...manifest, metadata: { ...metadata, ...place } };
}

/** The same with the control's remedies applied. */
function mended(control: string, manifest: KubernetesObject): KubernetesObject {
    const selected = ALL.filter((choice) => choice.control.name === control);
    const options = { selected, waivers: [], now: TODAY, also: new Set([control]) };
    const { files } = mend([{ source: "a.json", text: JSON.stringify(manifest) }], options);
    return JSON.parse(files[0]?.after ?? "") as KubernetesObject;
}

describeOnCluster("the remedies of the controls", "control-plane", (cluster) => {
    before(async function () {
        this.timeout(60_000);
        await cluster().kubectl.apply([NAMESPACE, ...ACCOUNTS]);
    });
    after(async function () {
        this.timeout(120_000);
        await remove(cluster(), [NAMESPACE], { wait: false });
    });

    for (const one of CASES.filter(({ manifests }) => SERVED.test(String(manifests[0]?.["apiVersion"])))) {
        it(`${one.control}: the API server takes the remedy of ${one.what}`, async () => {
            const before = placed(one);
            // A safe remedy may rest on this: what is refused, nobody's program relies on.
            const isServed = !before.apiVersion.endsWith("beta1");
            const isRefused = isServed && !(await create(cluster(), before, { dryRun: true })).accepted;
            assert.equal(isRefused, /the API server refuses$/.test(one.what));
            const { message } = await create(cluster(), mended(one.control, before), { dryRun: true });
            assert.equal(message, "");
        });
    }
});
