import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Policies } from "@pulumi/policy";
import { loadAll } from "js-yaml";

import { evaluate } from "../../hardening/evaluate";
import type { ProgramPreview } from "../../hardening/sources/program";
import { previewProgram } from "../../hardening/sources/program";
import type { Registration, Wire } from "../../hardening/sources/program/registration";
import { readStack } from "../../hardening/sources/program/stack-file";
import { unwrap } from "../../hardening/sources/program/values";
import { podControl } from "../../policies/engine/control";
import type { Control } from "../../policies/engine/control";
import { controls } from "../../policies/controls";
import { EXCEPTIONS, ExceptionBook } from "../../policies/engine/exceptions";
import { packPolicies } from "../../policies/engine/pack";
import type { ProfileName } from "../../policies/engine/profiles";
import { selectControls } from "../../policies/engine/profiles";
import { str } from "../../policies/kubernetes/kube";
import type { Resource } from "../../policies/kubernetes/resource";
import { typeToken } from "../../policies/kubernetes/resource";
import { analyze } from "../support/analyze";

/*
 * The embedded preview is only worth something if it says what the engine would say. Both sides get the same registrations
 * here: the tool's evaluation, and the policy SDK's own request handlers with the pack's own policies.
 */

const SUITES = process.env["SUITES_DIR"] ?? "../shared/suites";
const now = new Date("2026-11-22T00:00:00Z");

interface Verdict {
    readonly control: string;
    readonly urn: string;
    readonly message: string;
}

function sorted(verdicts: readonly Verdict[]): readonly string[] {
    return verdicts.map(({ control, urn, message }) => `${control} | ${urn} | ${message}`).sort();
}

/** Violations, and which controls could not tell, by both ways of running the registry over the same registrations. */
async function bothWays(registrations: readonly Registration[], registry: readonly Control[], profile: ProfileName) {
    const selected = selectControls(registry, profile);
    const resources = registrations.map(({ type, urn, inputs }): Resource => ({
        source: "test",
        document: 0,
        type,
        urn,
        props: unwrap(inputs).props,
    }));
    const exceptions = new ExceptionBook(EXCEPTIONS);
    const { findings, failures } = evaluate([resources], { selected, waivers: [], exceptions, now });
    assert.deepEqual(failures, []);
    const policies = packPolicies({ registry, selected, waivers: [], exceptions, now }) as Policies;
    const diagnostics = await analyze(policies, registrations);
    return {
        tool: sorted(
            findings
                .filter(({ status }) => status === "violation")
                .map(({ control, urn = "", message }) => ({ control, urn, message })),
        ),
        engine: sorted(
            diagnostics
                .filter(({ unknown }) => !unknown)
                .map(({ policy, urn, message }) => ({ control: policy, urn, message })),
        ),
        toolUnknown: unique(findings.filter(({ status }) => status === "unverifiable").map(({ control }) => control)),
        engineUnknown: unique(diagnostics.filter(({ unknown }) => unknown).map(({ policy }) => policy)),
    };
}

function unique(values: readonly string[]): readonly string[] {
    return [...new Set(values)].sort();
}

/** A manifest as a program would register it. */
function registrationOf(manifest: Record<string, Wire>, index: number): Registration {
    const type = typeToken(str(manifest["apiVersion"]), str(manifest["kind"]));
    return {
        urn: `urn:pulumi:test::suite::${type}::object-${index}`,
        type,
        name: `object-${index}`,
        custom: true,
        remote: false,
        parent: "",
        provider: "",
        inputs: manifest,
        dependencies: [],
        propertyDependencies: {},
        protect: false,
        retainOnDelete: false,
        ignoreChanges: [],
        aliases: [],
    };
}

function manifestsBelow(folder: string): readonly Record<string, Wire>[] {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".yaml"))
        .sort()
        .flatMap((file) => loadAll(readFileSync(join(folder, file), "utf8")) as (Record<string, Wire> | null)[])
        .filter((manifest) => manifest !== null)
        .filter(({ kind }) => typeof kind === "string");
}

/** Each stack's program is run once; a run takes seconds. */
const previews = new Map<string, Promise<ProgramPreview>>();

function previewOf(stack: string): Promise<ProgramPreview> {
    const known = previews.get(stack) ?? previewProgram(readStack(process.cwd(), stack), () => undefined);
    previews.set(stack, known);
    return known;
}

describe("embedded preview", () => {
    for (const stack of ["staging", "production"]) {
        for (const profile of ["x0tta6bl4", "all"] as const) {
            it(`finds in ${stack} with profile ${profile} what the policy SDK finds`, async function () {
                this.timeout(120_000);
                const { registrations } = await previewOf(stack);
                const { tool, engine, toolUnknown, engineUnknown } = await bothWays(registrations, controls, profile);
                assert.deepEqual(tool, engine);
                assert.deepEqual(toolUnknown, engineUnknown);
            });
        }
    }

    for (const suite of ["psa/restricted/v1.37", "psa/baseline/v1.37", "gatekeeper/cases"]) {
        const folder = join(SUITES, suite);
        const title = `finds in the suite ${suite} what the policy SDK finds`;
        if (!existsSync(folder)) {
            it.skip(`${title} (skipped: ${folder} not found; set SUITES_DIR)`);
            continue;
        }
        it(title, async function () {
            this.timeout(240_000);
            const registrations = manifestsBelow(folder).map(registrationOf);
            const { tool, engine, toolUnknown, engineUnknown } = await bothWays(registrations, controls, "all");
            assert.ok(tool.length > 20, `only ${tool.length} violations: the suite is not being judged`);
            assert.deepEqual(tool, engine);
            assert.deepEqual(toolUnknown, engineUnknown);
        });
    }

    it("can't tell of a release that it does not see, as an advisory and not as a defect", async () => {
        const release = {
            ...registrationOf({ apiVersion: "v1", kind: "Pod" }, 0),
            type: "kubernetes:helm.sh/v3:Release",
        };
        const binding = {
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "ClusterRoleBinding",
            metadata: { name: "a" },
            subjects: [{ kind: "Group", name: "g", apiGroup: "rbac.authorization.k8s.io" }],
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "of-another-stack" },
        };
        const { toolUnknown, engineUnknown } = await bothWays([release, registrationOf(binding, 1)], controls, "all");
        assert.deepEqual(toolUnknown, ["no-powerful-bindings", "objects-are-visible"]);
        assert.deepEqual(engineUnknown, toolUnknown);
    });

    it("says that it can't tell where the SDK can't, and keeps what was found before", async () => {
        const twoFaults = podControl({
            name: "two-faults",
            description: "Nothing is wrong.",
            why: "Only to test the runners.",
            severity: "low",
            covers: [],
            frameworks: [],
            remediation: "None.",
            profiles: ["x0tta6bl4"],
            *check(pod) {
                yield { path: "spec", message: "found before the unknown value" };
                if (pod.spec["nodeName"] === "node") {
                    yield { path: "spec.nodeName", message: "never reached" };
                }
            },
        });
        const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
        const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: { nodeName: unknown } };
        const { tool, engine, toolUnknown, engineUnknown } = await bothWays(
            [registrationOf(pod, 0)],
            [twoFaults],
            "x0tta6bl4",
        );
        assert.equal(tool.length, 1);
        assert.deepEqual(tool, engine);
        assert.deepEqual(toolUnknown, ["two-faults"]);
        assert.deepEqual(engineUnknown, ["two-faults"]);
    });
});
