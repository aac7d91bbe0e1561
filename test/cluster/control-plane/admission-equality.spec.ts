import assert from "node:assert/strict";
import { join } from "node:path";
import { twins, type Twin } from "../../../components/admission/policies";
import { controls } from "../../../policies/controls";
import { selectControls } from "../../../policies/engine/profiles";
import { runControl } from "../../../policies/engine/run";
import { stackOf, type Manifest } from "../../support/controls";
import { readCsv, readManifests, suite } from "../../support/suites";
import { accountsOf } from "../../support/twin-cases";
import { tally } from "../../support/tally.mjs";
import type { Case } from "../../support/twins";
import {
    concerned,
    differences,
    distinct,
    NAMESPACE,
    ownCases,
    ownTables,
    placed,
    previewed,
} from "../../support/twins";
import type { Cluster } from "../harness/cluster";
import type { KubernetesObject } from "../harness/kubectl";
import { policiesInForce, removePolicies, typeWarnings } from "../support/admission";
import { remove } from "../support/objects";
import { describeOnCluster } from "../support/shared";
import { admitted, casesNamespace, missingDefinitions, policiesAndBindings, send, served } from "../support/twins";

const { folder, missing } = suite("psa");
const withSuite = missing === undefined ? "" : ` (skipped: ${missing})`;

/** The standards as the API server of this cluster knows them; a newer one allows more sysctls. */
const PSS_VERSION = "v1.36";

/** Twins that can be shown nothing bad, and why. */
const UNSHOWN: Readonly<Record<string, string>> = {
    "no-ephemeral-containers": "the API server takes them on a running pod only",
    "proc-mount-masked": "the API server itself refuses an open /proc without a user namespace",
};

describeOnCluster("the ValidatingAdmissionPolicies of the controls", "control-plane", (cluster) => {
    let all: readonly Twin[] | undefined;
    let names: ReadonlySet<string>;
    let definitions: readonly KubernetesObject[] = [];

    before(async function () {
        this.timeout(300_000);
        const settings = {
            action: "warn" as const,
            controls: {},
            exemptUsers: [],
            registries: undefined,
            signatures: undefined,
        };
        all = twins(settings, selectControls(controls, "all"));
        names = new Set(all.map(({ control }) => control.name));
        await apply(cluster(), [casesNamespace()]);
        await apply(cluster(), policiesAndBindings(all));
        await policiesInForce(cluster());
    });

    after(async function () {
        this.timeout(180_000);
        if (all !== undefined) {
            await removePolicies(cluster());
            await remove(cluster(), [casesNamespace()], { wait: false });
            // Later suites bring the real ones.
            await remove(cluster(), definitions);
        }
    });

    it(`decide every case of the Pod Security suite as the controls do at preview${withSuite}`, async function () {
        if (missing !== undefined) {
            this.skip();
        }
        this.timeout(300_000);
        const { found, decided, invalid } = await decide(cluster(), names, suiteCases());
        assert.deepEqual(found, []);
        // What a newer API server finds no valid pod by itself (seccomp by annotation only) says nothing about policies.
        assert.ok(decided >= 300, `only ${decided} cases are valid pods; not: ${invalid.join(" ")}`);
    });

    it(`agree with Pod Security admission itself on what restricted allows${withSuite}`, async function () {
        if (missing !== undefined) {
            this.skip();
        }
        this.timeout(300_000);
        const rows = readCsv(join(folder, "oracle-v1.37.csv")).filter(({ level }) => level === "restricted");
        const mistakes: string[] = [];
        for (const { file = "" } of rows) {
            for (const manifest of readManifests(join(folder, file))) {
                const response = await send(cluster(), manifest);
                if (response.status !== 201) {
                    continue;
                }
                const standard = /would violate PodSecurity/.test(response.warnings);
                const preview = restrictedVerdict(manifest);
                if (standard !== preview) {
                    mistakes.push(
                        `${file}: Pod Security admission says ${standard}, the restricted profile ${preview}`,
                    );
                }
            }
        }
        assert.ok(rows.length > 50);
        assert.deepEqual(mistakes, []);
    });

    // The controller manager needs a while for it, and has had it by now.
    it("all compile, and fit the types that the API server knows", async function () {
        this.timeout(120_000);
        assert.deepEqual(await typeWarnings(cluster(), [...names]), []);
    });

    it("decide the cases of the controls' own tests as the controls do at preview, each at least one bad and one good", async function () {
        this.timeout(600_000);
        // Not before the types are checked: these definitions have none.
        definitions = await missingDefinitions(cluster());
        await apply(cluster(), definitions);
        await served(cluster(), definitions);
        const cases = ownCases(ownTables(names));
        const accounts = accountsOf(cases.map(({ manifest }) => manifest)).map((name) => ({
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: { name, namespace: NAMESPACE },
        }));
        await apply(cluster(), accounts);
        const { found, refusedBy, allowedBy } = await decide(cluster(), names, cases);
        assert.deepEqual(found, []);
        const unseen = (by: ReadonlySet<string>): readonly string[] =>
            [...names].filter((name) => !by.has(name)).sort();
        assert.deepEqual(unseen(refusedBy), Object.keys(UNSHOWN), "twins that were shown nothing bad");
        assert.deepEqual(unseen(allowedBy), [], "twins that were shown nothing good");
    });
});

async function apply(cluster: Cluster, objects: readonly object[]): Promise<void> {
    await cluster.kubectl.apply(objects);
}

interface Decisions {
    /** Where preview and admission differ. */
    readonly found: readonly string[];
    readonly refusedBy: ReadonlySet<string>;
    readonly allowedBy: ReadonlySet<string>;
    readonly decided: number;
    readonly invalid: readonly string[];
}

/** Shows the cases to preview and to the API server, several at a time. */
async function decide(cluster: Cluster, names: ReadonlySet<string>, cases: readonly Case[]): Promise<Decisions> {
    const found: string[] = [];
    const invalid: string[] = [];
    const refusedBy = new Set<string>();
    const allowedBy = new Set<string>();
    let decided = 0;
    const queue = [...cases];
    const work = async (): Promise<void> => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
            const { title, manifest } = next;
            const verdict = await admitted(cluster, manifest);
            if ("invalid" in verdict) {
                invalid.push(title);
                continue;
            }
            decided += 1;
            found.push(...differences(title, previewed(names, manifest), verdict.refused));
            for (const name of concerned(names, manifest)) {
                (verdict.refused.includes(name) ? refusedBy : allowedBy).add(name);
            }
        }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    tally("ValidatingAdmissionPolicies in the API server, cases", decided, found.length);
    process.stderr.write(`admission: ${decided} of ${cases.length} cases decided\n`);
    return { found: found.sort(), refusedBy, allowedBy, decided, invalid };
}

function suiteCases(): readonly Case[] {
    return distinct(
        readCsv(join(folder, "manifest.csv")).flatMap(({ file = "" }) =>
            readManifests(join(folder, file)).map((manifest) => ({ title: file, manifest })),
        ),
    );
}

/** Whether a control of the restricted profile refuses the manifest, at the API server's version of the standards. */
function restrictedVerdict(manifest: Manifest): boolean {
    const versioned = controls.filter(({ params }) => params?.["pssVersion"] !== undefined);
    const config = Object.fromEntries(versioned.map(({ name }) => [name, { pssVersion: PSS_VERSION }]));
    const held = new Set(selectControls(controls, "restricted").map(({ control }) => control));
    return selectControls(controls, "restricted", config)
        .filter(({ control }) => held.has(control))
        .some(({ control, params }) =>
            [...runControl(control, stackOf(placed(manifest)), params)].some(({ status }) => status === "violation"),
        );
}
