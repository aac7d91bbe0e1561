import { readFileSync } from "node:fs";

import type { Control } from "../../policies/engine/control";
import type { FRAMEWORKS } from "../../policies/engine/frameworks";
import { PROFILES } from "../../policies/engine/profiles";
import { SLUGS } from "../../policies/engine/slugs";

/** A control's files, by the control's name. */
export interface ControlFiles {
    /** Name of a control's file without its ending, to where it stands. */
    readonly sources: ReadonlyMap<string, string>;
    /** The same for its spec. */
    readonly specs: ReadonlyMap<string, string>;
}

/** Ids as each standard writes them; an id of another shape is a slip. */
const ID_SHAPES: Readonly<Record<keyof typeof FRAMEWORKS, RegExp>> = {
    pss: /^(?:baseline|restricted)\/[a-zA-Z_]+$/,
    cis: /^[1-5]\.\d{1,2}(?:\.\d{1,2})?$/,
    nsa: /^[A-Z][A-Za-z, -]+$/,
    mitre: /^T\d{4}(?:\.\d{3})?$/,
    nist: /^[A-Z]{2}-\d{1,2}(?:\(\d{1,2}\))?$/,
    soc2: /^(?:CC|A|C|PI|P)\d{1,2}\.\d{1,2}$/,
    gdpr: /^(?:Art(?:icle|\.)? ?)?\d{1,2}(?:\(\d\))?(?:\([a-z]\))?$/,
    fips: /^(?:FIPS )?\d{3}(?:-\d)?$/,
    checklist: /^(?:P0-\d\.\d|[A-Z]{2,4}-\d{1,2}|STEP-\d)$/,
};

/** What the registry breaks of the rules for controls, one line each. */
export function registryFaults(registry: readonly Control[], files: ControlFiles): readonly string[] {
    const names = registry.map(({ name }) => name);
    return [
        ...names
            .filter((name, index) => names.indexOf(name) !== index)
            .map((name) => `${name}: the name is taken twice`),
        ...[...files.sources.keys()]
            .filter((file) => !names.includes(file))
            .map((file) => `${file}: its file is there, but the registry does not hold it`),
        ...nameFaults(registry),
        ...registry.flatMap((control) =>
            [
                ...textFaults(control),
                ...referenceFaults(control, names),
                ...gradeFaults(control),
                ...fileFaults(control, files),
            ].map((fault) => `${control.name}: ${fault}`),
        ),
    ];
}

/** A name, once given, stands for one control for ever. */
function nameFaults(registry: readonly Control[]): readonly string[] {
    const names = new Set(registry.map(({ name }) => name));
    const aliases = registry.flatMap((control) => (control.aliases ?? []).map((alias) => ({ alias, control })));
    return aliases
        .filter(({ alias }, index) => names.has(alias) || aliases.findIndex((other) => other.alias === alias) < index)
        .map(({ alias, control }) => `${control.name}: its former name "${alias}" stands for another control`);
}

function textFaults({ name, description, why, remediation, covers, severity }: Control): readonly string[] {
    return [
        ...(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name) ? [] : ["the name is not kebab-case"]),
        ...sentenceFault("description", description),
        ...sentenceFault("why", why),
        ...(remediation.trim().endsWith(".") ? [] : ["remediation does not end in a full stop"]),
        ...(["critical", "high", "medium", "low"].includes(severity) ? [] : [`severity "${severity}" is not known`]),
        ...covers.filter((slug) => !Object.hasOwn(SLUGS, slug)).map((slug) => `covers "${slug}", which is no slug`),
        ...(new Set(covers).size === covers.length ? [] : ["covers a slug twice"]),
    ];
}

/** One sentence: a capital or a code word first, one full stop, at the end. */
function sentenceFault(field: string, text: string): readonly string[] {
    const inner = text.slice(0, -1).replace(/\b(?:e\.g|i\.e|etc)\./g, "");
    const oneSentence = text.endsWith(".") && !/[.!?]\s+[A-Z]/.test(inner) && !text.includes("\n");
    return oneSentence && text.length >= 15 ? [] : [`${field} is not one sentence`];
}

function referenceFaults(control: Control, names: readonly string[]): readonly string[] {
    const { frameworks, profiles, supersedes = [], includes = [] } = control;
    return [
        ...(frameworks.length > 0 ? [] : ["refers to no standard"]),
        ...frameworks
            .filter(({ framework, id }) => !ID_SHAPES[framework].test(id))
            .map(({ framework, id }) => `${framework} "${id}" is not how that standard numbers`),
        ...profiles
            .filter((profile) => !(PROFILES as readonly string[]).includes(profile) || (profile as string) === "all")
            .map((profile) => `profile "${profile}" is not known`),
        ...Object.entries({ supersedes, includes }).flatMap(([relation, others]) =>
            others
                .filter((name) => !names.includes(name) || name === control.name)
                .map((name) => `${relation} "${name}", which is no other control`),
        ),
    ];
}

/** What a control that stops a release must be: no trifle, and asked for by a standard that says so of clusters, or by the checklist. */
function gradeFaults({ severity, enforcement = "mandatory", frameworks }: Control): readonly string[] {
    if (enforcement !== "mandatory") {
        return [];
    }
    const demanded = frameworks.some(({ framework }) => ["pss", "cis", "nsa", "checklist"].includes(framework));
    return [
        ...(severity === "low" ? ["is mandatory although its severity is low"] : []),
        ...(demanded ? [] : ["is mandatory although neither pss, cis, nsa nor the checklist asks for it"]),
    ];
}

function fileFaults({ name }: Control, { sources, specs }: ControlFiles): readonly string[] {
    const spec = specs.get(name);
    if (!sources.has(name)) {
        return ["stands in no file of its name"];
    }
    if (spec === undefined) {
        return ["has no spec"];
    }
    const text = readFileSync(spec, "utf8");
    return [
        ...(/\brefuse[sd]?\b/.test(text) ? [] : ["its spec shows no refused case"]),
        ...(/\ballow(?:s|ed)?\b/.test(text) ? [] : ["its spec shows no allowed case"]),
    ];
}
