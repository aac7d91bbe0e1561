import assert from "node:assert/strict";

import fc from "fast-check";

import type { Control, Fault, ParamSchemas, Params } from "../../policies/engine/control";
import { defaultParams } from "../../policies/engine/control";
import type { KubeObject } from "../../policies/kubernetes/kube";
import { describe as named } from "../../policies/kubernetes/kube";
import { steps } from "../../policies/kubernetes/path";
import type { ContainerRole } from "../../policies/kubernetes/pods";
import type { Outcome } from "../../policies/engine/run";
import { runControl } from "../../policies/engine/run";
import { Stack } from "../../policies/kubernetes/stack";
import type { Waiver } from "../../policies/engine/waivers";
import { WaiverBook } from "../../policies/engine/waivers";
import type { Case } from "./cases";
import { isPodCase, listOf, manifestsOf, shuffled, withUnknown } from "./cases";
import type { Manifest } from "./controls";
import { messagesOf, outcomesOf, resourceOf } from "./controls";
import { applyPatch } from "./json-patch";
import { WRAPPERS, wrapPath } from "./wrap";

/** A case that the control refuses, with every message it gives, in order. */
export interface Refused extends Case {
    readonly message: string | readonly string[];
    /** The slugs that its faults answer for. Default: those of the control. */
    readonly slugs?: readonly string[];
}

/**
 * What a control does, as a table. Titles complete the sentences "refuses …" and "allows …". The first refused case is
 * the specimen: it's tried in every place and form that the control has to see through.
 */
export interface ControlTable {
    /** The pod that the control has nothing against; a case replaces parts of it. Default: one bare container. */
    readonly good?: Case;
    readonly refused: Readonly<Record<string, Refused>>;
    readonly allowed: Readonly<Record<string, Case>>;
    /** Where a container like the specimen's is refused too. Default: everywhere, where the specimen is about a container. */
    readonly roles?: readonly ContainerRole[];
    /** The kinds in which the specimen is refused too. Default: every kind that carries a pod, for a case about pods. */
    readonly kinds?: readonly string[];
    /**
     * The field whose being unknown makes the specimen unverifiable, in the faulty manifest or in another of its stack.
     * Default: the path of its first fault. False where what it looks at is known from the start.
     */
    readonly unknown?: string | { readonly document: number; readonly path: string } | false;
}

const NOW = new Date("2026-03-01T12:00:00Z");

/** A control and its table. */
export interface Described {
    readonly control: Control;
    readonly table: ControlTable;
}

let gathered: Described[] | undefined;

/** Every table that has been described in this process, whether its tests are run or not. */
const described = new Map<Control, Described>();

/** The tables of the specs that `load` loads, and of those that were loaded before. For use within a test. */
export function allTables(load: () => void): readonly Described[] {
    tablesOf(load);
    return [...described.values()];
}

/** The tables that some specs describe; neither their tests nor what else is in the files is run. */
export function tablesOf(load: () => void): readonly Described[] {
    const { describe: suite } = globalThis;
    const tables: Described[] = [];
    gathered = tables;
    globalThis.describe = Object.assign(() => undefined, suite);
    try {
        load();
    } finally {
        globalThis.describe = suite;
        gathered = undefined;
    }
    return tables;
}

/**
 * The standard set of tests of a control: every case of its table with exact messages, the specimen in other containers,
 * kinds, lists and patches, with an unknown value, waived and with an expired waiver; that fixes fix; and that neither key
 * order nor fields which don't matter change a verdict.
 */
export function describeControl(control: Control, table: ControlTable): void {
    described.set(control, { control, table });
    if (gathered !== undefined) {
        gathered.push({ control, table });
        return;
    }
    const good = table.good ?? {};
    const [title, specimen] = Object.entries(table.refused)[0] ?? [];
    if (title === undefined || specimen === undefined || Object.keys(table.allowed).length === 0) {
        throw new Error(`the table of ${control.name} needs a refused and an allowed case`);
    }
    describe(control.name, () => {
        for (const [name, one] of Object.entries(table.refused)) {
            it(`refuses ${name}`, () => {
                const manifests = manifestsOf(one, good);
                assert.deepEqual(messagesOf(control, manifests, one.params), [one.message].flat());
                for (const { fault, object } of violations(control, manifests, one)) {
                    checkFault(control, one, fault, object, manifests);
                }
            });
        }
        for (const [name, one] of Object.entries(table.allowed)) {
            it(`allows ${name}`, () => {
                assert.deepEqual(messagesOf(control, manifestsOf(one, good), one.params), []);
            });
        }
        if (isPodCase(specimen)) {
            inOtherPlaces(control, table, good, title, specimen);
        }
        inOtherForms(control, table, good, title, specimen);
        waived(control, good, title, specimen);
        indifferent(control, table, good);
    });
}

interface Violation {
    readonly fault: Fault;
    readonly object: KubeObject;
}

function violations(control: Control, manifests: readonly Manifest[], one: Case): readonly Violation[] {
    return outcomesOf(control, manifests, one.params).flatMap((outcome) =>
        outcome.status === "violation" ? [{ fault: outcome.fault, object: outcome.object }] : [],
    );
}

/** What holds for every fault: its path can be read, its slugs are the control's or fewer, its fix removes it. */
function checkFault(
    control: Control,
    one: Refused,
    fault: Fault,
    object: KubeObject,
    manifests: readonly Manifest[],
): void {
    assert.ok(steps(fault.path).length > 0);
    for (const slug of fault.covers ?? []) {
        assert.ok(control.covers.includes(slug), `${slug} is not among the slugs of ${control.name}`);
    }
    if (one.slugs !== undefined) {
        assert.deepEqual(fault.covers ?? control.covers, one.slugs);
    }
    assert.ok(fault.safe !== true || fault.fix !== undefined, "a fault without a fix is called safe to fix");
    if (fault.fix !== undefined) {
        const { document } = object.resource;
        const fix = fault.fix;
        const fixed = manifests.map((manifest, index) => (index === document ? applyPatch(manifest, fix) : manifest));
        const left = violations(control, fixed, one).map(({ fault: { message } }) => message);
        assert.ok(!left.includes(fault.message), `its fix does not remove: ${fault.message}`);
    }
}

function inOtherPlaces(control: Control, table: ControlTable, good: Case, title: string, specimen: Refused): void {
    const roles = table.roles ?? (specimen.container === undefined ? [] : ["init", "sidecar", "ephemeral"]);
    const messages = [specimen.message].flat();
    for (const role of roles.filter((candidate) => candidate !== "main")) {
        it(`refuses ${title} in ${role === "sidecar" ? "a" : "an"} ${role} container`, () => {
            const moved = messages.map((message) =>
                message.replaceAll("spec.containers[0]", `spec.${listOf(role)}[0]`),
            );
            assert.deepEqual(messagesOf(control, manifestsOf(specimen, good, role), specimen.params), moved);
        });
    }
    const own = specimen.kind ?? good.kind ?? "Pod";
    const kinds = table.kinds ?? WRAPPERS.map(({ kind }) => kind);
    it(`refuses ${title} in every kind that carries a pod: ${kinds.join(", ")}`, () => {
        for (const kind of kinds) {
            const manifests = manifestsOf({ ...specimen, kind }, good);
            const moved = messages.map((message) => moveMessage(message, own, kind));
            assert.deepEqual(messagesOf(control, manifests, specimen.params), moved, kind);
        }
    });
}

/** A message about a pod in one kind, as it reads in another. */
function moveMessage(message: string, from: string, to: string): string {
    const [before, after] = [wrapPath("", from), wrapPath("", to)];
    const places = /(?<![\w.])((?:spec\.|template\.|spec\.jobTemplate\.)*)(spec|metadata)(?=[.[])/g;
    return message.replaceAll(places, (whole, prefix: string, field: string) =>
        prefix === before ? `${after}${field}` : whole,
    );
}

function inOtherForms(control: Control, table: ControlTable, good: Case, title: string, specimen: Refused): void {
    const manifests = manifestsOf(specimen, good);
    const [first] = violations(control, manifests, specimen);
    const at = first?.object.resource.document ?? 0;
    const manifest = manifests[at] ?? {};
    const run = (resource: ReturnType<typeof resourceOf>): readonly Outcome[] => {
        const resources = manifests.map((other, document) =>
            document === at ? { ...resource, document } : resourceOf(other, { document }),
        );
        const params = { ...defaultParams(control), ...specimen.params } as Params<ParamSchemas>;
        return [...runControl(control, new Stack(resources), params)];
    };

    it(`refuses ${title} in a list, and its fix reaches the item`, () => {
        const { apiVersion, kind, ...item } = manifest;
        const list = { apiVersion, kind: `${String(kind)}List`, items: [item] };
        const outcomes = run(resourceOf(list));
        assert.ok(first !== undefined);
        const found = outcomes.flatMap((outcome) => (outcome.status === "violation" ? [outcome.fault] : []));
        const fault = found.find(({ path }) => path === `items[0].${first.fault.path}`);
        assert.ok(fault !== undefined, `no fault at items[0].${first.fault.path}`);
        if (fault.fix !== undefined) {
            const left = run(resourceOf(applyPatch(list, fault.fix)));
            assert.ok(
                left.every((outcome) => outcome.status !== "violation" || outcome.fault.message !== fault.message),
            );
        }
    });

    it(`judges what a patch says, not what it leaves out, of ${title}`, () => {
        const patch = resourceOf(manifest);
        const outcomes = run({ ...patch, type: `${patch.type}Patch` });
        const faults = violations(control, manifests, specimen);
        const stated = faults.filter(({ fault, object }) => object.resource.document !== at || fault.absent !== true);
        assert.deepEqual(
            outcomes.map((outcome) => outcome.status === "violation" && outcome.fault.message),
            stated.map(({ fault }) => fault.message),
        );
    });

    const place = table.unknown ?? first?.fault.path ?? "";
    if (place === false) {
        return;
    }
    it(`says that it can't tell while the value is unknown in preview, for ${title}`, () => {
        const { document, path } = typeof place === "string" ? { document: at, path: place } : place;
        const partial = manifests.map((other, index) => (index === document ? withUnknown(other, path) : other));
        const outcomes = outcomesOf(control, partial, specimen.params);
        assert.ok(outcomes.some(({ status }) => status === "unverifiable"));
        assert.ok(outcomes.every(({ status }) => status !== "error"));
    });
}

function waived(control: Control, good: Case, title: string, specimen: Refused): void {
    const expiring = (expires: string, object: string, container?: string): Waiver => ({
        control: control.name,
        object,
        ...(container !== undefined && { container }),
        reason: "the vendor ships it so",
        owner: "platform",
        ticket: "SEC-1",
        expires,
        from: "waivers/test.yaml: waivers[0]",
    });

    it(`finds the waiver of ${title}, until it expires`, () => {
        const [first] = violations(control, manifestsOf(specimen, good), specimen);
        assert.ok(first !== undefined);
        const { fault, object } = first;
        const valid = expiring("2026-03-01", named(object));
        assert.equal(new WaiverBook([valid], NOW).find(control, object, fault), valid);
        const elsewhere = expiring("2026-03-01", named(object), "another");
        assert.equal(new WaiverBook([elsewhere], NOW).find(control, object, fault), undefined);
        const over = expiring("2026-02-28", named(object));
        const book = new WaiverBook([over], NOW);
        assert.equal(book.find(control, object, fault), undefined);
        assert.deepEqual(book.expired(), [over]);
    });
}

/** Neither the order of keys nor a field that has nothing to do with pods' safety changes what is said. */
function indifferent(control: Control, table: ControlTable, good: Case): void {
    const cases: readonly Case[] = [...Object.values(table.refused), ...Object.values(table.allowed)];
    it("says the same whatever the order of keys and whatever else is written", () => {
        fc.assert(
            fc.property(fc.constantFrom(...cases), fc.nat(65520), fc.string(), (one, seed, note) => {
                const manifests = manifestsOf(one, good);
                const noted = manifests.map((manifest) => {
                    const metadata = (manifest["metadata"] ?? {}) as Manifest;
                    const annotations = {
                        ...(metadata["annotations"] as Manifest | undefined),
                        "example.org/note": note,
                    };
                    return { ...manifest, metadata: { ...metadata, annotations } };
                });
                assert.deepEqual(
                    [...messagesOf(control, shuffled(noted, seed), one.params)].sort(),
                    [...messagesOf(control, manifests, one.params)].sort(),
                );
            }),
            { numRuns: 25 },
        );
    });
}
