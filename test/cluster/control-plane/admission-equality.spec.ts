import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { policySpec, twins, type Twin } from "../../../components/admission/policies";
import { controls } from "../../../policies/controls";
import { selectControls } from "../../../policies/profiles";
import { runControl } from "../../../policies/run";
import { stackOf, type Manifest } from "../../support/controls";
import { readCsv, readManifests, suite } from "../../support/suites";
import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";
import { policiesInForce, removePolicies, typeWarnings } from "../support/admission";
import { remove } from "../support/objects";
import { describeOnCluster } from "../support/shared";

const NAMESPACE = "admission-twins";
const { folder, missing } = suite("psa");

/** One manifest of the suite; the same manifest at several versions of the standards is one case. */
interface Case {
    readonly file: string;
    readonly manifest: Manifest;
}

/**
 * Where the API server fills in what a manifest leaves out before admission sees it, preview judges what is written. Each
 * name is a control and the reason why it may refuse at preview only.
 */
const DEFAULTED: Readonly<Record<string, string>> = {
    "image-pull-policy-always": "an image without a tag gets the policy Always when it is admitted",
};

/** The standards as the API server of this cluster knows them; a newer one allows more sysctls. */
const PSS_VERSION = "v1.36";

/** Who says what about a case. */
interface Opinions {
    readonly preview: readonly string[];
    readonly admission: readonly string[];
}

describeOnCluster(
    `the ValidatingAdmissionPolicies of the controls${missing === undefined ? "" : ` (skipped: ${missing})`}`,
    "control-plane",
    (cluster) => {
        let all: readonly Twin[];
        let cases: readonly Case[];

        before(async function () {
            if (missing !== undefined) {
                this.skip();
            }
            this.timeout(300_000);
            const settings = { action: "warn" as const, controls: {}, exemptUsers: [], signatures: undefined };
            all = twins(settings, selectControls(controls, "all"));
            cases = distinctCases();
            const outcome = await cluster().kubectl.apply([namespace(), ...all.flatMap(policyAndBinding)]);
            assert.equal(outcome.code, 0, outcome.stderr);
            await policiesInForce(cluster());
        });

        after(async function () {
            this.timeout(120_000);
            if (missing === undefined) {
                await removePolicies(cluster());
                await remove(cluster(), [namespace()], { wait: false });
            }
        });

        it("decide every case of the Pod Security suite as the controls do at preview", async function () {
            this.timeout(300_000);
            const differences: string[] = [];
            const refused: string[] = [];
            await Promise.all(
                cases.map(async ({ file, manifest }) => {
                    const admission = await admissionVerdict(cluster(), manifest);
                    if (admission === undefined) {
                        refused.push(file);
                        return;
                    }
                    const opinions = { preview: previewVerdict(all, manifest), admission };
                    differences.push(...differ(file, opinions));
                }),
            );
            assert.deepEqual(differences, []);
            // What a newer API server finds no valid pod by itself (seccomp by annotation only) says nothing about policies.
            const decided = cases.length - refused.length;
            assert.ok(
                decided >= 300,
                `only ${decided} of ${cases.length} cases are valid pods; not: ${refused.join(" ")}`,
            );
            process.stderr.write(`admission: ${decided} cases decided alike by ${all.length} twins\n`);
        });

        it("agree with Pod Security admission itself on what restricted allows", async function () {
            this.timeout(300_000);
            const rows = readCsv(join(folder, "oracle-v1.37.csv")).filter(({ level }) => level === "restricted");
            const mistakes: string[] = [];
            const manifests = rows.flatMap(({ file = "" }) =>
                readManifests(join(folder, file)).map((manifest) => ({ file, manifest })),
            );
            await Promise.all(
                manifests.map(async ({ file, manifest }) => {
                    const { status, warnings } = await create(cluster(), manifest);
                    const standard = /would violate PodSecurity/.test(warnings);
                    const preview = restrictedVerdict(manifest);
                    if (status === 201 && standard !== preview) {
                        mistakes.push(
                            `${file}: Pod Security admission says ${standard}, the restricted profile ${preview}`,
                        );
                    }
                }),
            );
            assert.ok(rows.length > 50);
            assert.deepEqual(mistakes, []);
        });

        // Last: the controller manager needs a while, and has had it by now.
        it("all compile, and fit the types that the API server knows", async function () {
            this.timeout(120_000);
            assert.deepEqual(await typeWarnings(cluster(), all.map(nameOf)), []);
        });
    },
);

function nameOf({ control }: Twin): string {
    return control.name;
}

function namespace(): KubernetesObject {
    const labels = {
        "pod-security.kubernetes.io/enforce": "privileged",
        "pod-security.kubernetes.io/warn": "restricted",
    };
    return { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE, labels } };
}

/** The program's own policy, bound to warn: one request then tells the verdict of every control. */
function policyAndBinding(twin: Twin): object[] {
    const name = nameOf(twin);
    const spec = policySpec(twin, [], []);
    const [validation] = spec.validations as { expression: string }[];
    // Warnings are cut when there are many, so each says no more than it must.
    const validations = [{ expression: validation?.expression, message: "refused" }];
    return [
        {
            apiVersion: "admissionregistration.k8s.io/v1",
            kind: "ValidatingAdmissionPolicy",
            metadata: { name },
            spec: { ...spec, validations },
        },
        {
            apiVersion: "admissionregistration.k8s.io/v1",
            kind: "ValidatingAdmissionPolicyBinding",
            metadata: { name },
            spec: {
                policyName: name,
                validationActions: ["Warn"],
                matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": NAMESPACE } } },
            },
        },
    ];
}

function distinctCases(): Case[] {
    const seen = new Map<string, Case>();
    for (const { file = "" } of readCsv(join(folder, "manifest.csv"))) {
        for (const manifest of readManifests(join(folder, file))) {
            const key = createHash("sha256").update(JSON.stringify(manifest)).digest("hex");
            if (!seen.has(key)) {
                seen.set(key, { file, manifest });
            }
        }
    }
    return [...seen.values()];
}

async function create(cluster: Cluster, manifest: Manifest): ReturnType<Cluster["request"]> {
    return cluster.request("POST", `/api/v1/namespaces/${NAMESPACE}/pods?dryRun=All`, placed(manifest));
}

/** The controls whose policy warns; undefined where the pod is invalid whatever the policies say. */
async function admissionVerdict(cluster: Cluster, manifest: Manifest): Promise<readonly string[] | undefined> {
    const { status, warnings } = await create(cluster, manifest);
    if (status !== 201) {
        return undefined;
    }
    return [...warnings.matchAll(/ValidatingAdmissionPolicy '([^']+)'/g)].map(([, name = ""]) => name).sort();
}

/** The controls with a twin that find a violation in the manifest as it is written. */
function previewVerdict(all: readonly Twin[], manifest: Manifest): readonly string[] {
    return verdictOf(
        all.map(({ control }) => control.name),
        manifest,
    );
}

/** Whether a control of the restricted profile refuses the manifest, at the API server's version of the standards. */
function restrictedVerdict(manifest: Manifest): boolean {
    const versioned = controls.filter(({ params }) => params?.["pssVersion"] !== undefined);
    const config = Object.fromEntries(versioned.map(({ name }) => [name, { pssVersion: PSS_VERSION }]));
    const held = new Set(selectControls(controls, "restricted").map(({ control }) => control));
    return selectControls(controls, "restricted", config)
        .filter(({ control }) => held.has(control))
        .some(({ control, params }) => [...runControl(control, stackOf(placed(manifest)), params)].some(isViolation));
}

function placed(manifest: Manifest): Manifest {
    return { ...manifest, metadata: { ...(manifest["metadata"] as object), namespace: NAMESPACE } } as Manifest;
}

function isViolation({ status }: { readonly status: string }): boolean {
    return status === "violation";
}

function verdictOf(names: readonly string[], manifest: Manifest): readonly string[] {
    return selectControls(controls, "all")
        .filter(({ control }) => names.includes(control.name))
        .filter(({ control, params }) => [...runControl(control, stackOf(placed(manifest)), params)].some(isViolation))
        .map(({ control }) => control.name)
        .sort();
}

function differ(file: string, { preview, admission }: Opinions): string[] {
    return [
        ...preview
            .filter((name) => !admission.includes(name) && DEFAULTED[name] === undefined)
            .map((name) => `${file}: ${name} refuses at preview only`),
        ...admission
            .filter((name) => !preview.includes(name))
            .map((name) => `${file}: ${name} refuses at admission only`),
    ];
}
