import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import type { KubeObject } from "../kubernetes/kube";
import { describe } from "../kubernetes/kube";
import { suggestion } from "../text";
import type { AttackPath, Control, Fault, Severity } from "./control";
import { readContent, yamlContent } from "./input";
import { namesOf } from "./names";
import type { Schema } from "./schema";
import { listOf, mapped, object, optional, refined, text } from "./schema";
import { date } from "./values";

/** Why waivers of a file hold beyond their last day, for as long as an emergency needs to be over. */
export interface Emergency {
    readonly reason: string;
    readonly owner: string;
    readonly ticket: string;
    /** Last day on which it holds (UTC), `YYYY-MM-DD`. */
    readonly until: string;
    /** The file and entry, e.g. `waivers/staging.yaml: emergency`. */
    readonly from: string;
}

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
    /** The attack path, for a control over such paths: another one to the same end is not accepted by it. */
    readonly path?: AttackPath;
    readonly reason: string;
    readonly owner: string;
    readonly ticket: string;
    /** Last day on which the waiver holds (UTC), `YYYY-MM-DD`. */
    readonly expires: string;
    /** The file and entry, e.g. `waivers/staging.yaml: waivers[0]`. */
    readonly from: string;
    /** What holds the waivers of its file open for some days. */
    readonly emergency?: Emergency;
}

/** How many days ahead a waiver may expire, by the severity of the control it silences. */
export const EXPIRY_CEILING_DAYS: Readonly<Record<Severity, number>> = {
    critical: 180,
    high: 270,
    medium: 365,
    low: 730,
};

/** How many days ahead an emergency may end. One that ends later holds nothing. */
export const EMERGENCY_DAYS = 7;
/** How many days before its last one a waiver is warned of. */
export const WARNING_DAYS = 30;

const trimmed = mapped(text(), (value) => value.trim());

interface WaiverFile {
    readonly waivers: readonly Omit<Waiver, "from">[];
    readonly emergency: Omit<Emergency, "from"> | undefined;
}

/** A waiver file: a list of accepted risks, each of a control of the registry, and what holds them open. */
export function waiverFile(registry: readonly Control[]): Schema<WaiverFile> {
    const names = registry.map(({ name }) => name);
    const nameOf = namesOf(registry);
    const control = refined(
        mapped(trimmed, (given) => nameOf(given) ?? given),
        (given) => (names.includes(given) ? undefined : `names no control${suggestion(given, names)}`),
    );
    const hops = new Map(registry.map((one) => [one.name, one.hops]));
    const entry = refined(object({ control, ...ENTRY_FIELDS }), (waiver) =>
        pathFault(waiver, hops.get(waiver.control)),
    );
    return object({
        waivers: listOf(entry),
        emergency: optional(object({ reason: trimmed, owner: trimmed, ticket: trimmed, until: date })),
    });
}

/** What is wrong with the path of a waiver, by the hops of its control. */
function pathFault(
    { control, path }: Pick<Waiver, "control"> & { readonly path?: AttackPath | undefined },
    hops: readonly string[] | undefined,
): string | undefined {
    if (hops === undefined) {
        return path === undefined ? undefined : `can't have a path: ${control} finds no attack paths`;
    }
    if (path === undefined) {
        return `needs a path (from, to, hop): what ${control} finds is accepted path by path`;
    }
    return hops.includes(path.hop)
        ? undefined
        : `has the path.hop "${path.hop}", and there is no such hop${suggestion(path.hop, hops)}`;
}

/** What a waiver says beside its control. */
const ENTRY_FIELDS = {
    object: mapped(
        text(
            'one object, as "<Kind> <namespace>/<name>" or "<Kind> <name>"',
            /^\s*[A-Z][A-Za-z0-9]*(?:\.[a-z0-9.-]+)? [^\s/*]+(?:\/[^\s/*]+)?\s*$/,
        ),
        (value) => value.trim(),
    ),
    container: optional(trimmed),
    source: optional(trimmed),
    path: optional(object({ from: trimmed, to: trimmed, hop: trimmed })),
    reason: trimmed,
    owner: trimmed,
    ticket: trimmed,
    expires: date,
};

/**
 * Reads a waiver file: `waivers:` with a list of entries, and `emergency:` where one holds them open.
 *
 * @throws InputError with every mistake at once: syntax (with its line), unknown or missing fields, unknown controls,
 *     malformed objects and dates.
 */
export function parseWaivers(content: string, file: string, registry: readonly Control[]): readonly Waiver[] {
    const given = yamlContent(content, file) ?? { waivers: [] };
    const { waivers, emergency } = readContent(waiverFile(registry), given, file);
    return waivers.map((waiver, index) => ({
        ...waiver,
        from: `${file}: waivers[${index}]`,
        ...(emergency && { emergency: { ...emergency, from: `${file}: emergency` } }),
    }));
}

/**
 * The waivers of a stack: those of `<stack>.yaml` in a folder; none where there is no such file. `shown` is what messages
 * call the folder.
 *
 * @throws InputError as {@link parseWaivers} does.
 */
export function waiversOf(
    stack: string,
    folder: string,
    registry: readonly Control[],
    shown = "waivers",
): readonly Waiver[] {
    let content: string;
    try {
        content = readFileSync(join(folder, `${stack}.yaml`), "utf8");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return [];
        }
        throw error;
    }
    return parseWaivers(content, `${shown}/${stack}.yaml`, registry);
}

function today(now: Date, ahead = 0): string {
    return new Date(now.valueOf() + ahead * 86_400_000).toISOString().slice(0, 10);
}

/** How an emergency stands at `now`. */
export function stateOf({ until }: Emergency, now: Date): "over" | "holds" | "too long" {
    if (until < today(now)) {
        return "over";
    }
    return until > today(now, EMERGENCY_DAYS) ? "too long" : "holds";
}

/** The last day on which a waiver holds at `now`: its own, or that of an emergency that holds. */
function lastDay({ expires, emergency }: Waiver, now: Date): string {
    return emergency !== undefined && stateOf(emergency, now) === "holds" && emergency.until > expires
        ? emergency.until
        : expires;
}

/** Says whether a waiver's last day is over at `now`. */
function isExpired(waiver: Waiver, now: Date): boolean {
    return today(now) > lastDay(waiver, now);
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
    private readonly byTarget: ReadonlyMap<string, readonly Waiver[]>;

    constructor(
        private readonly waivers: readonly Waiver[],
        private readonly now: Date,
    ) {
        this.byTarget = Map.groupBy(waivers, ({ control, object }) => `${control} ${object}`);
    }

    /** The waiver that covers a fault, if one does; it then counts as used. */
    public find(control: Control, object: KubeObject, fault: Fault): Waiver | undefined {
        if (this.byTarget.size === 0) {
            return undefined;
        }
        const matching = [describe(object), describeWithGroup(object)]
            .flatMap((name) => this.byTarget.get(`${control.name} ${name}`) ?? [])
            .filter(
                ({ container, source, path }) =>
                    (container === undefined || container === fault.container) &&
                    (source === undefined || isFrom(object, source)) &&
                    (path === undefined || isDeepStrictEqual(path, fault.attackPath)),
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

    /** The waivers that hold now and will not any more in {@link WARNING_DAYS} days. */
    public soonOver(): readonly Waiver[] {
        return this.waivers.filter(
            (waiver) => !isExpired(waiver, this.now) && waiver.expires < today(this.now, WARNING_DAYS),
        );
    }

    /** The emergencies of the waivers' files, each with how it stands and the waivers that it alone holds open. */
    public emergencies(): readonly {
        readonly emergency: Emergency;
        readonly state: ReturnType<typeof stateOf>;
        readonly held: readonly Waiver[];
        readonly waiver: Waiver;
    }[] {
        const stated = Map.groupBy(this.waivers, ({ emergency }) => emergency?.from);
        return [...stated.values()].flatMap((waivers) => {
            const [waiver] = waivers;
            return waiver?.emergency === undefined
                ? []
                : [
                      {
                          emergency: waiver.emergency,
                          state: stateOf(waiver.emergency, this.now),
                          held: waivers.filter(({ expires }) => expires < today(this.now)),
                          waiver,
                      },
                  ];
        });
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
