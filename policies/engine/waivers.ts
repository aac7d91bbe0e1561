import { readFileSync } from "node:fs";
import { join } from "node:path";

import { loadAll, YAMLException } from "js-yaml";

import type { Control, Fault, Severity } from "./control";
import type { KubeObject } from "../kubernetes/kube";
import { describe } from "../kubernetes/kube";
import type { NameOf } from "./names";
import { namesOf } from "./names";
import { suggestion } from "../text";

/** An accepted risk: one control, one object, and who answers for it until when. */
export interface Waiver {
    readonly control: string;
    /**
     * `<Kind> <namespace>/<name>`, or `<Kind> <name>` for a cluster-scoped object. The kind may name its API group, as kubectl
     * writes it: `Service.serving.knative.dev`.
     */
    readonly object: string;
    /** Narrows the waiver to one container. */
    readonly container?: string;
    /** Narrows the waiver to where the object comes from: the path of a file, or the end of it. */
    readonly source?: string;
    readonly reason: string;
    readonly owner: string;
    readonly ticket: string;
    /** Last day on which the waiver holds (UTC), `YYYY-MM-DD`. */
    readonly expires: string;
    /** The file and entry, e.g. `waivers/staging.yaml: waivers[0]`. */
    readonly from: string;
}

/** A waiver file that can't be used; one line for each mistake. */
export class WaiverFileError extends Error {
    constructor(public readonly faults: readonly string[]) {
        super(faults.join("\n"));
        this.name = "WaiverFileError";
    }
}

/** How many days ahead a waiver may expire, by the severity of the control it silences. */
export const EXPIRY_CEILING_DAYS: Readonly<Record<Severity, number>> = {
    critical: 180,
    high: 270,
    medium: 365,
    low: 730,
};

const FIELDS = ["control", "object", "container", "source", "reason", "owner", "ticket", "expires"] as const;
const OPTIONAL: ReadonlySet<string> = new Set(["container", "source"]);

/**
 * Reads a waiver file: `waivers:` with a list of entries.
 *
 * @throws WaiverFileError with every mistake at once: syntax (with its line), unknown or missing fields, unknown controls,
 *     malformed objects and dates.
 */
export function parseWaivers(text: string, file: string, registry: readonly Control[]): readonly Waiver[] {
    const faults: string[] = [];
    const entries = readEntries(text, file, faults);
    const names = registry.map((control) => control.name);
    const nameOf = namesOf(registry);
    const waivers = entries.flatMap((entry, index) =>
        readWaiver(entry, `${file}: waivers[${index}]`, names, nameOf, faults),
    );
    if (faults.length > 0) {
        throw new WaiverFileError(faults);
    }
    return waivers;
}

/**
 * The waivers of a stack: those of `<stack>.yaml` in a folder; none where there is no such file. `shown` is what messages
 * call the folder.
 *
 * @throws WaiverFileError as {@link parseWaivers} does.
 */
export function waiversOf(
    stack: string,
    folder: string,
    registry: readonly Control[],
    shown = "waivers",
): readonly Waiver[] {
    let text: string;
    try {
        text = readFileSync(join(folder, `${stack}.yaml`), "utf8");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return [];
        }
        throw error;
    }
    return parseWaivers(text, `${shown}/${stack}.yaml`, registry);
}

function readEntries(text: string, file: string, faults: string[]): readonly unknown[] {
    let content: unknown;
    try {
        const documents = loadAll(text);
        if (documents.length > 1) {
            faults.push(`${file}: must hold one document, found ${documents.length}`);
            return [];
        }
        content = documents[0];
    } catch (error) {
        const line = error instanceof YAMLException && error.mark ? `:${error.mark.line + 1}` : "";
        faults.push(`${file}${line}: ${error instanceof YAMLException ? error.reason : String(error)}`);
        return [];
    }
    if (content === null || content === undefined) {
        return [];
    }
    const root = content as Record<string, unknown>;
    if (typeof content !== "object" || Array.isArray(content) || !Array.isArray(root["waivers"])) {
        faults.push(`${file}: must hold a list named "waivers"`);
        return [];
    }
    for (const name of Object.keys(root).filter((candidate) => candidate !== "waivers")) {
        faults.push(`${file}: ${name} is not known; the file holds only "waivers"`);
    }
    return root["waivers"];
}

function readWaiver(
    entry: unknown,
    from: string,
    names: readonly string[],
    nameOf: NameOf,
    faults: string[],
): readonly Waiver[] {
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
        faults.push(`${from} must be an object with ${FIELDS.join(", ")}`);
        return [];
    }
    const before = faults.length;
    const values: Record<string, string> = {};
    for (const [field, value] of Object.entries(entry)) {
        const text = value instanceof Date ? value.toISOString().slice(0, 10) : value;
        if (!(FIELDS as readonly string[]).includes(field)) {
            faults.push(`${from}.${field} is not known${suggestion(field, FIELDS)}`);
        } else if (typeof text !== "string" || text.trim() === "") {
            faults.push(`${from}.${field} must be a text that is not empty`);
        } else {
            values[field] = text.trim();
        }
    }
    for (const field of FIELDS.filter((name) => !(name in entry) && !OPTIONAL.has(name))) {
        faults.push(`${from}.${field} is missing`);
    }
    if (values["control"] !== undefined) {
        values["control"] = nameOf(values["control"]) ?? values["control"];
    }
    checkValues(values, from, names, faults);
    return faults.length > before ? [] : [{ ...(values as unknown as Waiver), from }];
}

function checkValues(
    { control, object, expires }: Record<string, string>,
    from: string,
    names: readonly string[],
    faults: string[],
): void {
    if (control !== undefined && !names.includes(control)) {
        faults.push(`${from}.control: there is no control "${control}"${suggestion(control, names)}`);
    }
    if (object?.includes("*")) {
        faults.push(`${from}.object must name one object; "${object}" holds a wildcard`);
    } else if (object !== undefined && !/^[A-Z][A-Za-z0-9]*(?:\.[a-z0-9.-]+)? [^\s/]+(?:\/[^\s/]+)?$/.test(object)) {
        faults.push(`${from}.object must read "<Kind> <namespace>/<name>" or "<Kind> <name>", found "${object}"`);
    }
    if (expires !== undefined && !isDate(expires)) {
        faults.push(`${from}.expires must be a date, YYYY-MM-DD, found "${expires}"`);
    }
}

function isDate(text: string): boolean {
    const parsed = new Date(`${text}T00:00:00Z`);
    return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(parsed.valueOf()) && parsed.toISOString().startsWith(text);
}

/** Says whether a waiver's last day is over at `now`. */
function isExpired(waiver: Waiver, now: Date): boolean {
    return now.toISOString().slice(0, 10) > waiver.expires;
}

/** Says whether a waiver is granted for longer than its control's severity allows, counted from `now`. */
function isBeyondCeiling(waiver: Waiver, severity: Severity, now: Date): boolean {
    const days = (Date.parse(`${waiver.expires}T00:00:00Z`) - now.valueOf()) / 86_400_000;
    return days > EXPIRY_CEILING_DAYS[severity];
}

/** What a waiver has covered. */
interface Coverage {
    readonly containers: Set<string>;
    /** Objects of one name are several where their API groups differ or they come from different places. */
    readonly objects: Set<string>;
}

/** The items where there are more than one, and none otherwise. */
function severalOf(items: Iterable<string>): readonly string[] {
    const all = [...items];
    return all.length > 1 ? all : [];
}

function describeWithGroup(object: KubeObject): string {
    return describe(object).replace(/^\S+/, (kind) => (object.group === "" ? kind : `${kind}.${object.group}`));
}

function isFrom({ resource }: KubeObject, source: string): boolean {
    return resource.source === source || resource.source.endsWith(`/${source}`);
}

/** The waivers of a stack, remembering which were of use. An expired waiver waives nothing. */
export class WaiverBook {
    private readonly used = new Map<Waiver, Coverage>();
    private readonly byTarget = new Map<string, Waiver[]>();

    constructor(
        private readonly waivers: readonly Waiver[],
        private readonly now: Date,
    ) {
        for (const waiver of waivers) {
            const target = `${waiver.control} ${waiver.object}`;
            this.byTarget.set(target, [...(this.byTarget.get(target) ?? []), waiver]);
        }
    }

    /** The waiver that covers a fault, if one does; it then counts as used. */
    public find(control: Control, object: KubeObject, fault: Fault): Waiver | undefined {
        if (this.byTarget.size === 0) {
            return undefined;
        }
        const matching = [describe(object), describeWithGroup(object)]
            .flatMap((name) => this.byTarget.get(`${control.name} ${name}`) ?? [])
            .filter(
                ({ container, source }) =>
                    (container === undefined || container === fault.container) &&
                    (source === undefined || isFrom(object, source)),
            );
        matching.forEach((waiver) => this.use(waiver, object, fault));
        return matching.find((waiver) => !isExpired(waiver, this.now));
    }

    private use(waiver: Waiver, object: KubeObject, { container }: Fault): void {
        const { containers, objects } = this.used.get(waiver) ?? { containers: new Set(), objects: new Set() };
        objects.add(`${describeWithGroup(object)} of ${object.resource.source}`);
        if (container !== undefined) {
            containers.add(container);
        }
        this.used.set(waiver, { containers, objects });
    }

    /** The waivers whose last day is over. */
    public expired(): readonly Waiver[] {
        return this.waivers.filter((waiver) => isExpired(waiver, this.now));
    }

    /** The waivers that matched nothing. Ask after every control has run. */
    public unused(): readonly Waiver[] {
        return this.waivers.filter((waiver) => !this.used.has(waiver) && !isExpired(waiver, this.now));
    }

    /** The waivers that have covered several containers or several objects, with those. Ask after every control has run. */
    public tooWide(): readonly {
        readonly waiver: Waiver;
        readonly containers: readonly string[];
        readonly objects: readonly string[];
    }[] {
        return this.waivers.flatMap((waiver) => {
            const { containers = [], objects = [] } = this.used.get(waiver) ?? {};
            const found = {
                containers: waiver.container === undefined ? severalOf(containers) : [],
                objects: severalOf(objects),
            };
            return found.containers.length + found.objects.length > 0 ? [{ waiver, ...found }] : [];
        });
    }

    /** The waivers of the controls given that are granted for longer than the severity of their control allows. */
    public beyondCeiling(
        registry: readonly Control[],
    ): readonly { readonly waiver: Waiver; readonly severity: Severity }[] {
        const severities = new Map(registry.map((control) => [control.name, control.severity]));
        return this.waivers.flatMap((waiver) => {
            const severity = severities.get(waiver.control);
            return severity !== undefined && isBeyondCeiling(waiver, severity, this.now) ? [{ waiver, severity }] : [];
        });
    }
}
