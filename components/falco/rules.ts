import { load, YAMLException } from "js-yaml";

import { show } from "../../policies/text";
import { ConditionError, EXCEPTION_OPERATORS, readCondition } from "./condition";
import type { RuleSource } from "./fields";
import { isField, RULE_SOURCES } from "./fields";

/** Falco's priorities, gravest first, as rule files write them. */
const PRIORITIES = ["EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFORMATIONAL", "DEBUG"] as const;
export type Priority = (typeof PRIORITIES)[number];

/** One file of rules: its name as Falco will see it, and its text. */
export interface RuleFile {
    readonly name: string;
    readonly text: string;
}

/** One detection. */
export interface FalcoRule {
    readonly name: string;
    readonly file: string;
    readonly source: RuleSource;
    readonly priority: Priority;
    readonly tags: readonly string[];
    readonly exceptions: readonly string[];
}

/** Every rule of some files, and the names they define. */
export interface FalcoRules {
    readonly rules: readonly FalcoRule[];
    readonly macros: readonly string[];
    readonly lists: readonly string[];
}

/** The rule files can't be used; `faults` holds one line for each mistake. */
export class FalcoRulesError extends Error {
    constructor(public readonly faults: readonly string[]) {
        super(faults.join("\n"));
        this.name = "FalcoRulesError";
    }
}

/** Names that the rules shipped in Falco's image define and that are made to be amended by `override`. */
const UPSTREAM_HOOKS: Readonly<Record<"macro" | "list", readonly string[]>> = {
    macro: ["user_known_contact_k8s_api_server_activities"],
    list: ["known_drop_and_execute_containers"],
};

const KEYS: Readonly<Record<"rule" | "macro" | "list", readonly string[]>> = {
    rule: ["rule", "desc", "condition", "output", "priority", "source", "tags", "exceptions", "enabled"],
    macro: ["macro", "condition", "override"],
    list: ["list", "items", "override"],
};

type Entry = Readonly<Record<string, unknown>>;

/**
 * Reads rule files in Falco's order and checks what Falco itself would only say, or silently accept, on a node: every
 * macro and list is defined before it is used and is used at all, every field exists for the rule's source, priorities
 * and exceptions are well-formed, no rule is switched off, and each rule explains itself.
 *
 * @throws FalcoRulesError with every fault at once.
 */
export function parseRules(files: readonly RuleFile[]): FalcoRules {
    const reader = new RuleReader();
    for (const file of files) {
        reader.read(file);
    }
    return reader.finish();
}

class RuleReader {
    private readonly faults: string[] = [];
    private readonly rules: FalcoRule[] = [];
    private readonly macros = new Map<string, ReadonlySet<string>>();
    private readonly lists = new Set<string>();
    private readonly used = new Set<string>();
    private readonly definedAt = new Map<string, string>();

    public read(file: RuleFile): void {
        for (const [index, entry] of this.entries(file).entries()) {
            const where = `${file.name}: entry ${index + 1}`;
            if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
                this.faults.push(`${where} must be an object`);
                continue;
            }
            this.readEntry(entry as Entry, file.name, where);
        }
    }

    public finish(): FalcoRules {
        for (const [name, where] of this.definedAt) {
            if (!this.used.has(name)) {
                this.faults.push(`${where} is never used`);
            }
        }
        if (this.faults.length > 0) {
            throw new FalcoRulesError(this.faults);
        }
        return { rules: this.rules, macros: [...this.macros.keys()], lists: [...this.lists] };
    }

    private entries(file: RuleFile): readonly unknown[] {
        try {
            const content: unknown = load(file.text);
            if (Array.isArray(content)) {
                return content;
            }
            this.faults.push(`${file.name}: must hold a list of rules, macros and lists`);
        } catch (error) {
            if (!(error instanceof YAMLException)) {
                throw error;
            }
            this.faults.push(`${file.name}:${(error.mark?.line ?? 0) + 1}: ${error.reason}`);
        }
        return [];
    }

    private readEntry(entry: Entry, file: string, where: string): void {
        if ("required_engine_version" in entry || "required_plugin_versions" in entry) {
            return;
        }
        const kind = (["rule", "macro", "list"] as const).find((candidate) => candidate in entry);
        if (kind === undefined) {
            this.faults.push(`${where} must define a rule, a macro or a list, found ${Object.keys(entry).join(", ")}`);
            return;
        }
        const name = entry[kind];
        if (typeof name !== "string" || name.trim() === "") {
            this.faults.push(`${where}.${kind} must be a name`);
            return;
        }
        const at = `${file}: ${kind} "${name}"`;
        for (const key of Object.keys(entry).filter((candidate) => !KEYS[kind].includes(candidate))) {
            this.faults.push(
                key === "append"
                    ? `${at}: append is deprecated in Falco; amend by override: {condition: append}`
                    : `${at}: ${key} is not known; a ${kind} has ${KEYS[kind].join(", ")}`,
            );
        }
        switch (kind) {
            case "rule":
                return this.readRule(name, entry, at, file);
            case "macro":
                return this.readMacro(name, entry, at);
            case "list":
                return this.readList(name, entry, at);
        }
    }

    private readList(name: string, entry: Entry, at: string): void {
        const items = entry["items"];
        if (!Array.isArray(items) || items.some((item) => typeof item !== "string" && typeof item !== "number")) {
            this.faults.push(`${at}: items must be a list of texts and numbers`);
        } else {
            items.filter((item) => this.lists.has(String(item))).forEach((item) => this.used.add(`list ${item}`));
        }
        if (this.define("list", name, entry, at)) {
            this.lists.add(name);
        }
    }

    private readMacro(name: string, entry: Entry, at: string): void {
        const fields = this.condition(entry["condition"], at);
        if (this.define("macro", name, entry, at)) {
            this.macros.set(name, fields);
        }
    }

    /** Notes a definition. An amendment of a name that is already known defines nothing new. */
    private define(kind: "macro" | "list", name: string, entry: Entry, at: string): boolean {
        const key = `${kind} ${name}`;
        const known = this.definedAt.has(key) || UPSTREAM_HOOKS[kind].includes(name);
        if (entry["override"] === undefined) {
            if (known) {
                this.faults.push(`${at} is defined already; amend it by override`);
                return false;
            }
            this.definedAt.set(key, at);
            return true;
        }
        if (!known) {
            this.faults.push(`${at}: override needs a ${kind} of that name before it, and there is none`);
        }
        const part = kind === "macro" ? "condition" : "items";
        const override = entry["override"] as Entry;
        if (!["append", "replace"].includes(String(override[part])) || Object.keys(override).length !== 1) {
            this.faults.push(`${at}: override must be {${part}: append} or {${part}: replace}`);
        }
        return false;
    }

    private readRule(name: string, entry: Entry, at: string, file: string): void {
        const source = entry["source"] ?? "syscall";
        const priority = entry["priority"];
        const tags = Array.isArray(entry["tags"]) ? entry["tags"].map(String) : [];
        if (this.rules.some((rule) => rule.name === name)) {
            this.faults.push(`${at} is defined already`);
        }
        if (!(RULE_SOURCES as readonly unknown[]).includes(source)) {
            this.faults.push(`${at}: source must be one of ${RULE_SOURCES.join(", ")}, found "${show(source)}"`);
        }
        if (!(PRIORITIES as readonly unknown[]).includes(priority)) {
            this.faults.push(`${at}: priority must be one of ${PRIORITIES.join(", ")}, found "${show(priority)}"`);
        }
        if (entry["enabled"] !== undefined) {
            this.faults.push(`${at}: enabled must be left out; make an exception instead of switching a rule off`);
        }
        if (!tags.some((tag) => /^T\d{4}(?:\.\d{3})?$/.test(tag))) {
            this.faults.push(`${at}: tags must hold a MITRE ATT&CK technique such as T1552.004`);
        }
        for (const key of ["desc", "output"] as const) {
            if (typeof entry[key] !== "string" || entry[key].trim() === "") {
                this.faults.push(`${at}: ${key} must be a text that is not empty`);
            }
        }
        const known = source === "k8s_audit" ? "k8s_audit" : "syscall";
        const fields = new Set([...this.condition(entry["condition"], at), ...outputFields(entry["output"])]);
        const exceptions = this.exceptions(entry["exceptions"], at, fields);
        for (const field of fields) {
            if (!isField(known, field)) {
                this.faults.push(`${at}: there is no field ${field} in source ${known}`);
            }
        }
        this.rules.push({ name, file, source: known, priority: priority as Priority, tags, exceptions });
    }

    /** The fields a condition names, its macros' included. */
    private condition(text: unknown, at: string): ReadonlySet<string> {
        if (typeof text !== "string" || text.trim() === "") {
            this.faults.push(`${at}: condition must be a text that is not empty`);
            return new Set();
        }
        try {
            const references = readCondition(text);
            const fields = new Set(references.fields);
            for (const macro of references.macros) {
                this.used.add(`macro ${macro}`);
                const inherited = this.macros.get(macro);
                if (inherited === undefined && !UPSTREAM_HOOKS.macro.includes(macro)) {
                    this.faults.push(`${at}: there is no macro ${macro} before it`);
                }
                inherited?.forEach((field) => fields.add(field));
            }
            this.useLists(references.items, at);
            return fields;
        } catch (error) {
            if (!(error instanceof ConditionError)) {
                throw error;
            }
            this.faults.push(`${at}: condition ${error.message}`);
            return new Set();
        }
    }

    /** A bare item in snake case is a list's name; a plain value of that form has to be quoted. */
    private useLists(items: readonly string[], at: string): void {
        for (const item of items) {
            if (this.lists.has(item)) {
                this.used.add(`list ${item}`);
            } else if (/^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/.test(item)) {
                this.faults.push(`${at}: there is no list ${item} before it`);
            }
        }
    }

    private exceptions(value: unknown, at: string, fields: Set<string>): readonly string[] {
        if (value === undefined) {
            return [];
        }
        if (!Array.isArray(value)) {
            this.faults.push(`${at}: exceptions must be a list`);
            return [];
        }
        return value.map((exception: unknown, index) => {
            const entry = (typeof exception === "object" && exception !== null ? exception : {}) as Entry;
            const name = typeof entry["name"] === "string" ? entry["name"] : "";
            const where = `${at}: exceptions[${index}]`;
            if (name === "") {
                this.faults.push(`${where}.name must be a name`);
            }
            this.exception(entry, where, at, fields);
            return name;
        });
    }

    private exception(entry: Entry, where: string, at: string, fields: Set<string>): void {
        const named = texts(entry["fields"]);
        const comps = texts(entry["comps"]);
        if (named.length === 0) {
            this.faults.push(`${where}.fields must name at least one field`);
        }
        if (comps.length !== named.length) {
            this.faults.push(
                `${where}.comps must hold one operator for each field: ${named.length}, found ${comps.length}`,
            );
        }
        for (const operator of comps.filter((candidate) => !EXCEPTION_OPERATORS.has(candidate))) {
            this.faults.push(`${where}.comps: there is no operator "${operator}"`);
        }
        named.forEach((field) => fields.add(field));
        if (!Array.isArray(entry["values"]) || entry["values"].length === 0) {
            this.faults.push(`${where}.values must be a list that is not empty`);
            return;
        }
        // With a single field given as a text, `values` is the flat list of what is let through.
        const tuples = typeof entry["fields"] === "string" ? [[entry["values"]]] : (entry["values"] as unknown[]);
        for (const [index, tuple] of tuples.entries()) {
            if (!Array.isArray(tuple) || tuple.length !== named.length) {
                this.faults.push(`${where}.values[${index}] must hold one value for each field: ${named.length}`);
                continue;
            }
            this.useLists(tuple.flat().map(String), at);
        }
    }
}

function texts(value: unknown): readonly string[] {
    return typeof value === "string" ? [value] : Array.isArray(value) ? value.map(String) : [];
}

function outputFields(output: unknown): readonly string[] {
    return typeof output === "string"
        ? [...output.matchAll(/%([a-z0-9_.]+[a-z0-9_](?:\[[^\]]*\])?)/g)].map(([, field]) => field ?? "")
        : [];
}
