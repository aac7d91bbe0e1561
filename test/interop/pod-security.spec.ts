import assert from "node:assert/strict";

import fc from "fast-check";

import { PSS_VERSIONS } from "../../policies/controls/pod/pss.js";
import { controls } from "../../policies/controls/index.js";
import type { Control } from "../../policies/engine/control.js";
import { defaultParams } from "../../policies/engine/control.js";
import { profileControls } from "../../policies/engine/profiles.js";
import { runControl } from "../../policies/engine/run.js";
import { typeToken } from "../../policies/kubernetes/resource.js";
import { Stack } from "../../policies/kubernetes/stack.js";
import { tally } from "../support/tally.mjs";
import { askGoProgram, buildGoProgram, goIsThere } from "./go-program.js";
import type { Body, CarriedPod } from "./pod-security-pods.js";
import { carriedPods } from "./pod-security-pods.js";

const PODS = Number(process.env["POD_SECURITY_PODS"] ?? 2_000);
const SEED = Number(process.env["POD_SECURITY_SEED"] ?? Date.now() % 2 ** 31);
const available = goIsThere();

type Level = "baseline" | "restricted";

/** The verdict of the API server's own code by one version of the standards. */
interface Verdict extends Readonly<Record<Level, boolean>> {
    /** The checks that forbid the pod by themselves. */
    readonly checks: readonly string[];
}

/** The controls that say together what one check of Pod Security Admission says. */
const CONTROLS: Readonly<Record<string, readonly string[]>> = {
    allowPrivilegeEscalation: ["no-privilege-escalation"],
    appArmorProfile: ["app-armor-not-disabled"],
    capabilities_baseline: ["baseline-capabilities-only"],
    hostNamespaces: ["no-host-pid", "no-host-ipc", "no-host-network"],
    hostPathVolumes: ["no-host-path-volumes"],
    hostPorts: ["no-host-ports"],
    hostProbesAndHostLifecycle: ["no-host-in-probes"],
    privileged: ["no-privileged-containers"],
    procMount: ["proc-mount-masked"],
    runAsNonRoot: ["run-as-non-root"],
    runAsUser: ["no-root-user"],
    seLinuxOptions: ["no-custom-selinux-options"],
    seccompProfile_baseline: ["seccomp-not-unconfined"],
    sysctls: ["safe-sysctls-only"],
    windowsHostProcess: ["no-windows-host-process"],
    capabilities_restricted: ["drop-all-capabilities"],
    restrictedVolumes: ["restricted-volume-types"],
    seccompProfile_restricted: ["seccomp-profile-required"],
};

/** The rule of proc-mount-default is older than this check, which came with the baseline check's exception. */
const HELD_BY_LEVEL = "procMount_restricted";

/** Controls of the profiles that judge no pod. */
const NO_PODS: ReadonlySet<string> = new Set(["pod-security-enforced", "objects-are-visible"]);

/** What a control makes of an object: whether it finds anything, and whether by the check that it is named for. */
interface Refusal {
    readonly any: boolean;
    /** A restricted control finds what the baseline one finds too, whose place it takes. */
    readonly own: boolean;
}

/** Says what controls make of an object in a version; a control that takes none is asked once. */
function refusalsOf(object: Body): (control: Control, version: string) => Refusal {
    const type = typeToken(String(object["apiVersion"]), String(object["kind"]));
    const stack = new Stack([{ source: "pod", document: 0, type, props: object }]);
    const known = new Map<Control, Refusal>();
    const ask = (control: Control, over: object): Refusal => {
        const covers = [...runControl(control, stack, { ...defaultParams(control), ...over })].map((outcome) => {
            assert.equal(outcome.status, "violation");
            return outcome.fault.covers ?? control.covers;
        });
        return { any: covers.length > 0, own: covers.some((slugs) => slugs.includes(control.covers[0] ?? "")) };
    };
    return (control, pssVersion) => {
        if (control.params?.["pssVersion"] !== undefined) {
            return ask(control, { pssVersion });
        }
        const refusal = known.get(control) ?? ask(control, {});
        known.set(control, refusal);
        return refusal;
    };
}

const ofLevel = (level: Level) => profileControls(controls, level).filter(({ name }) => !NO_PODS.has(name));
const LEVELS: readonly (readonly [Level, readonly Control[]])[] = [
    ["baseline", ofLevel("baseline")],
    ["restricted", ofLevel("restricted")],
];
const judged = new Map(controls.map((control) => [control.name, control]));

/** Where the controls say something else about a pod than the API server's code. */
function differences(version: string, verdict: Verdict, refuses: (control: Control) => Refusal): readonly string[] {
    const levels = LEVELS.flatMap(([level, held]) => {
        const refusing = held.filter((control) => refuses(control).any).map(({ name }) => name);
        return (refusing.length === 0) === verdict[level]
            ? []
            : [
                  `${level} ${version}: Pod Security admission says ${verdict.checks.join(" ")}, here ${refusing.join(" ")}`,
              ];
    });
    const checks = Object.entries(CONTROLS).flatMap(([check, names]) => {
        const refusing = names.filter((name) => refuses(judged.get(name) ?? assert.fail(name)).own);
        return refusing.length > 0 === verdict.checks.includes(check)
            ? []
            : [
                  `${check} ${version}: ${verdict.checks.includes(check) ? "only" : "not"} Pod Security admission refuses`,
              ];
    });
    return [...levels, ...checks];
}

/**
 * The controls of the Pod Security Standards against k8s.io/pod-security-admission, the API server's own code: the same
 * verdict of each level and of each check, in every version that changed a rule, for random pods in every kind that carries
 * whole ones. Of the API's own kinds that code finds the pod by itself.
 */
describe(`Pod Security Standards (${PODS} pods, POD_SECURITY_SEED=${SEED})${available ? "" : " (skipped: go is not on the PATH)"}`, function () {
    this.timeout(3_600_000);
    let pods: readonly CarriedPod[];
    let reference: readonly (readonly Verdict[])[];

    before(async function () {
        if (!available) {
            this.skip();
        }
        const binary = await buildGoProgram("pod-security");
        pods = fc.sample(carriedPods, { seed: SEED, numRuns: PODS });
        const questions = pods.map(({ pod, carried, builtIn }) => ({
            object: builtIn ? carried : pod,
            versions: PSS_VERSIONS,
        }));
        reference = askGoProgram(binary, questions) as readonly (readonly Verdict[])[];
    });

    it("are held as the API server's own code holds them", () => {
        const allowed: Record<Level, number> = { baseline: 0, restricted: 0 };
        const found = pods.flatMap(({ carried }, index) => {
            const refuses = refusalsOf(carried);
            return (reference[index] ?? []).flatMap((verdict, number) => {
                const version = PSS_VERSIONS[number] ?? "";
                allowed.baseline += Number(verdict.baseline);
                allowed.restricted += Number(verdict.restricted);
                return differences(version, verdict, (control) => refuses(control, version)).map(
                    (difference) =>
                        `POD_SECURITY_SEED=${SEED}, pod ${index}: ${difference}: ${JSON.stringify(carried)}`,
                );
            });
        });
        const verdicts = PODS * PSS_VERSIONS.length;
        tally("Pod Security admission's code, verdicts on random pods", verdicts, found.length);
        assert.deepEqual(found.slice(0, 10), []);
        // Code that always said the same would agree as often.
        assert.ok(allowed.baseline > verdicts / 10 && allowed.baseline < (verdicts * 9) / 10, JSON.stringify(allowed));
        assert.ok(allowed.restricted > verdicts / 50, JSON.stringify(allowed));
    });

    it("are met by each of its checks, alone or not", () => {
        const met = new Set(reference.flat().flatMap(({ checks }) => checks));
        assert.deepEqual([...met].sort(), [...Object.keys(CONTROLS), HELD_BY_LEVEL].sort());
    });
});
