import assert from "node:assert/strict";

import fc from "fast-check";

import { policySpec, twins } from "../../../components/admission/policies";
import { controls } from "../../../policies/controls";
import { selectControls } from "../../../policies/engine/profiles";
import { isObj } from "../../../policies/kubernetes/kube";
import type { ContainerRole } from "../../../policies/kubernetes/pods";
import { asAdmitted } from "../../support/admitted";
import { isPodCase, manifestsOf, type Case as TableCase } from "../../support/cases";
import { admission } from "../../support/cel";
import type { Described } from "../../support/control-suite";
import type { Manifest } from "../../support/controls";
import { valid } from "../../support/twin-cases";
import {
    concerned,
    DEFAULTED,
    differences,
    ownCases,
    ownTables,
    placed,
    previewed,
    resourceOf,
} from "../../support/twins";
import { WRAPPERS, wrapPod } from "../../support/wrap";

const SETTINGS = {
    action: "warn" as const,
    controls: {},
    exemptUsers: [],
    registries: undefined,
    signatures: undefined,
};
const ALL = twins(SETTINGS, selectControls(controls, "all"));
const TWINS = new Map(ALL.map((twin) => [twin.control.name, admission(policySpec(twin, [], []))]));
const NAMES = new Set(TWINS.keys());

/** Cases that never reach admission, and why the API server refuses them itself. */
const INVALID: ReadonlySet<string> = new Set([
    // ValidateNetworkPolicyPeer: a peer has to be something.
    "no-allow-all-rules: an empty peer",
    // validateHostPathVolumeSource: no path may hold "..".
    "no-runtime-socket: a path that only looks different",
]);

/** Cases whose expression can't be evaluated, which the API server refuses because the policies fail closed. */
const FAILING: readonly string[] = ["certificates-are-short-lived: something that is no duration"];

/** Controls that only refuse what the API server takes in no other form than one they allow. */
const UNSHOWN = ["proc-mount-masked"];

/** Controls that differ by what an API server alone fills in, and {@link asAdmitted} does not. */
const NOT_FILLED_IN = ["security-context-present"];

const ROLES: readonly ContainerRole[] = ["init", "sidecar", "main", "ephemeral"];

/** Kinds of the API that carry a pod. */
const KINDS = WRAPPERS.map(({ kind }) => kind).filter((kind) => resourceOf(wrapPod({}, kind)) !== undefined);

/** The controls among those named whose counterparts refuse a manifest. Throws where an expression can't be evaluated. */
function refusing(names: readonly string[], manifest: Manifest): readonly string[] {
    const shown = asAdmitted(placed(manifest));
    return names.filter((name) => {
        const decision = TWINS.get(name)?.(shown);
        assert.ok(decision?.matched === true, `${name} passes over what is created`);
        return decision.refused.length > 0;
    });
}

/** Where the two differ about a manifest, a line for each control. */
function differing(title: string, manifest: Manifest, names: ReadonlySet<string> = NAMES): readonly string[] {
    const asked = concerned(names, manifest);
    return differences(title, previewed(asked, manifest), refusing(asked, manifest));
}

function podCases(
    tables: readonly Described[],
): readonly (readonly [title: string, one: TableCase, good: TableCase])[] {
    return tables.flatMap(({ control, table }) =>
        [...Object.entries(table.refused), ...Object.entries(table.allowed)]
            .filter(([title, one]) => isPodCase(one) && !INVALID.has(`${control.name}: ${title}`))
            .map(([title, one]) => [`${control.name}: ${title}`, one, table.good ?? {}] as const),
    );
}

/** Two values as one: fields of both, items of both; where only one can be, the later. */
function merged(one: unknown, other: unknown): unknown {
    if (Array.isArray(one) && Array.isArray(other)) {
        return [...(one as unknown[]), ...(other as unknown[])];
    }
    if (!isObj(one) || !isObj(other)) {
        return other ?? one;
    }
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
    return Object.fromEntries(keys.map((key) => [key, merged(one[key], other[key])]));
}

describe("the admission counterparts of the controls, evaluated", () => {
    let tables: readonly Described[];

    before(function () {
        this.timeout(60_000);
        tables = ownTables(NAMES);
    });

    it("decide the cases of the controls' own tests as the controls do, each at least one bad and one good", function () {
        this.timeout(60_000);
        const refusedBy = new Set<string>();
        const allowedBy = new Set<string>();
        const excused = new Set<string>();
        const cases = ownCases(tables);
        const found = cases
            .filter(({ title }) => !INVALID.has(title) && !FAILING.includes(title))
            .flatMap(({ title, manifest }) => {
                const asked = concerned(NAMES, manifest);
                const refused = refusing(asked, manifest);
                for (const name of asked) {
                    (refused.includes(name) ? refusedBy : allowedBy).add(name);
                }
                const preview = previewed(asked, manifest);
                preview.filter((name) => !refused.includes(name)).forEach((name) => excused.add(name));
                return differences(title, preview, refused);
            });
        assert.deepEqual(found, []);
        const titles = cases.map(({ title }) => title);
        assert.deepEqual(
            [...INVALID].filter((title) => !titles.includes(title)),
            [],
            "excused, but there is no such case",
        );
        assert.deepEqual(
            Object.keys(DEFAULTED).filter((name) => !excused.has(name)),
            NOT_FILLED_IN,
            "excused, but without a difference",
        );
        const unseen = (by: ReadonlySet<string>) => [...NAMES].filter((name) => !by.has(name));
        assert.deepEqual(unseen(refusedBy), UNSHOWN, "shown nothing bad");
        assert.deepEqual(unseen(allowedBy), [], "shown nothing good");
    });

    it("fail closed where an expression can't be evaluated", () => {
        const cases = ownCases(tables).filter(({ title }) => FAILING.includes(title));
        assert.deepEqual(
            cases.map(({ title }) => title),
            FAILING,
        );
        for (const { title, manifest } of cases) {
            const [name = ""] = title.split(":");
            assert.throws(() => refusing([name], manifest), /Invalid duration/);
            assert.deepEqual(previewed([name], manifest), [name]);
        }
        for (const twin of ALL) {
            assert.equal(policySpec(twin, [], []).failurePolicy, "Fail", twin.control.name);
        }
    });

    it("see every kind of container, in every kind that carries a pod", function () {
        this.timeout(60_000);
        const found = tables.flatMap(({ control, table: { refused, allowed, good = {} } }) =>
            [refused, allowed]
                .flatMap((cases) => Object.entries(cases).slice(0, 1))
                .filter(([, one]) => isPodCase(one) && one.workload === undefined)
                .flatMap(([title, one]) =>
                    KINDS.flatMap((kind) =>
                        ROLES.flatMap((role) =>
                            differing(
                                `${title} (${kind}, ${role})`,
                                valid(manifestsOf({ ...one, kind }, good, role)[0] ?? {}),
                                new Set([control.name]),
                            ),
                        ),
                    ),
                ),
        );
        assert.deepEqual(found, []);
    });

    it("decide pods made of several cases as the controls do", function () {
        this.timeout(60_000);
        const cases = podCases(tables).filter(([, { workload }]) => workload === undefined);
        const part = fc.tuple(fc.constantFrom(...cases), fc.constantFrom(...ROLES));
        fc.assert(
            fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), fc.constantFrom(...KINDS), (parts, kind) => {
                const pod = parts
                    .map(
                        ([[, one, good], role]) =>
                            manifestsOf({ ...one, kind: "Pod" }, { ...good, kind: "Pod" }, role)[0] ?? {},
                    )
                    .reduce<unknown>(merged, {});
                const manifest = valid(wrapPod(pod as Manifest, kind));
                assert.deepEqual(differing(kind, manifest), []);
            }),
            { numRuns: 60 },
        );
    });
});
