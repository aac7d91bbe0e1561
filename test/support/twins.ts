import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { globSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

import { CATALOGUE, type AdmittedKind } from "../../components/admission/catalogue";
import { controls } from "../../policies/controls";
import { subjectOf } from "../../policies/engine/control";
import { selectControls } from "../../policies/engine/profiles";
import { runControl } from "../../policies/engine/run";
import { str } from "../../policies/kubernetes/kube";
import { manifestsOf } from "./cases";
import { allTables, type Described } from "./control-suite";
import { stackOf, type Manifest } from "./controls";
import { valid } from "./twin-cases";

/** Where the cases are tried; the program's own namespaces are left alone. */
export const NAMESPACE = "admission-twins";

/** Namespaces that mean something of their own to a control. */
export const MEANINGFUL = ["default", "kube-system"];

/**
 * Where the API server fills in what a manifest leaves out before admission sees it, preview judges what is written. Each
 * name is a control and the reason why it may refuse at preview only.
 */
export const DEFAULTED: Readonly<Record<string, string>> = {
    "image-pull-policy-always": "an image without a tag gets the policy Always when it is admitted",
    "security-context-present": "the annotation of AppArmor is copied to the security context",
};

/** The resource of a manifest in the catalogue; undefined where admission never sees its kind in that version. */
export function resourceOf(manifest: Manifest): AdmittedKind | undefined {
    return CATALOGUE.find(
        ({ group, version, kind }) =>
            kind === manifest["kind"] && (group === "" ? version : `${group}/${version}`) === manifest["apiVersion"],
    );
}

/** A manifest where the policies are in force: in the namespace of the cases, or one that a control knows by name. */
export function placed(manifest: Manifest): Manifest {
    const metadata = manifest["metadata"] as Manifest | undefined;
    const { kind, namespaced } = resourceOf(manifest) ?? {};
    if (kind === "Namespace") {
        return { ...manifest, metadata: { ...metadata, name: NAMESPACE } };
    }
    const namespace = MEANINGFUL.includes(str(metadata?.["namespace"])) ? metadata?.["namespace"] : NAMESPACE;
    return { ...manifest, metadata: { name: "tested", ...metadata, namespace: namespaced ? namespace : undefined } };
}

const SELECTED = new Map(selectControls(controls, "all").map((selected) => [selected.control.name, selected]));

/** The controls among those named that find a violation in the manifest as it is written. */
export function previewed(names: Iterable<string>, manifest: Manifest): readonly string[] {
    const stack = stackOf(placed(manifest));
    return [...names]
        .filter((name) => {
            const selected = SELECTED.get(name);
            const outcomes = selected === undefined ? [] : runControl(selected.control, stack, selected.params);
            return [...outcomes].some(({ status }) => status === "violation");
        })
        .sort();
}

/** Where preview and admission differ about a case, a line for each control. */
export function differences(title: string, preview: readonly string[], refused: readonly string[]): readonly string[] {
    return [
        ...preview
            .filter((name) => !refused.includes(name) && DEFAULTED[name] === undefined)
            .map((name) => `${title}: ${name} refuses at preview only`),
        ...refused
            .filter((name) => !preview.includes(name))
            .map((name) => `${title}: ${name} refuses at admission only`),
    ];
}

/** One manifest; the same manifest from several places is one case. */
export interface Case {
    readonly title: string;
    readonly manifest: Manifest;
}

/** The twins that look at a manifest at all. */
export function concerned(names: ReadonlySet<string>, manifest: Manifest): readonly string[] {
    const [object] = stackOf(placed(manifest)).objects;
    return controls
        .filter(
            (control) =>
                names.has(control.name) && object !== undefined && control.applies?.(subjectOf(object)) === true,
        )
        .map(({ name }) => name);
}

/** The cases without those whose manifest an earlier one has. */
export function distinct(cases: readonly Case[]): readonly Case[] {
    const seen = new Map<string, Case>();
    for (const one of cases) {
        const key = createHash("sha256").update(JSON.stringify(one.manifest)).digest("hex");
        if (!seen.has(key)) {
            seen.set(key, one);
        }
    }
    return [...seen.values()];
}

/** The own tables of the controls named. */
export function ownTables(names: ReadonlySet<string>): readonly Described[] {
    const load = createRequire(__filename);
    const specs = globSync("test/policies/controls/**/*.spec.ts").sort();
    const tables = allTables(() => specs.forEach((spec) => void load(resolve(spec))));
    const wanted = tables.filter(({ control }) => names.has(control.name));
    assert.ok(wanted.length >= names.size, `only ${wanted.length} tables were found`);
    return wanted;
}

/** Every manifest of some tables, of a kind that admission sees, completed to what the API server takes. */
export function ownCases(tables: readonly Described[]): readonly Case[] {
    return distinct(tables.flatMap(casesOf).filter(({ manifest }) => resourceOf(manifest) !== undefined));
}

function casesOf({ control, table }: Described): readonly Case[] {
    return [...Object.entries(table.refused), ...Object.entries(table.allowed)].flatMap(([title, one]) =>
        manifestsOf(one, table.good ?? {}).map((manifest) => ({
            title: `${control.name}: ${title}`,
            manifest: valid(manifest),
        })),
    );
}
