import type { MessageInitShape } from "@bufbuild/protobuf";

import type { SpiffeId } from "../id.js";
import { STATUS, statusName } from "../rpc.js";
import type { SpireConnection } from "./connection.js";
import { fromWireId, fromWireTime, toWireId } from "./convert.js";
import { Entry as EntryService } from "./gen/spire/api/server/entry/entry_pb.js";
import type { Entry as WireEntry, EntryMaskSchema, EntrySchema } from "./gen/spire/api/types/types_pb.js";
import { SelectorMatch_MatchBehavior } from "./gen/spire/api/types/types_pb.js";

/** Entries a batch: past this the server gains nothing, and a message stays far below its 4 MiB limit. */
export const BATCH_SIZE = 500;
/** Entries a page when listing. */
const PAGE_SIZE = 1_000;

/** A property of a workload as its attestor sees it, e.g. `{ type: "unix", value: "uid:1000" }`. */
export interface Selector {
    readonly type: string;
    readonly value: string;
}

/** A registration entry as one wants it. ID, parent and selectors say which entry it is; the rest may be changed later. */
export interface EntrySpec {
    readonly spiffeId: SpiffeId;
    readonly parentId: SpiffeId;
    readonly selectors: readonly Selector[];
    /** Seconds. Defaults to the server's setting. */
    readonly x509SvidTtl?: number;
    /** Seconds. Defaults to the server's setting. */
    readonly jwtSvidTtl?: number;
    /** Names of the trust domains whose bundles the workload gets. */
    readonly federatesWith?: readonly string[];
    readonly dnsNames?: readonly string[];
    readonly hint?: string;
    readonly admin?: boolean;
    readonly downstream?: boolean;
    readonly expiresAt?: Date;
}

/** A registration entry as the server keeps it. */
export interface RegisteredEntry extends EntrySpec {
    readonly id: string;
    readonly createdAt: Date | undefined;
    readonly revision: bigint;
}

/** An item of a batch that the server refused. */
export interface EntryFailure {
    readonly spiffeId: SpiffeId | undefined;
    readonly id: string | undefined;
    /** gRPC status in lower case. */
    readonly code: string;
    readonly message: string;
}

/** What a registration did; every given entry is counted once. */
export interface RegistrationResult {
    /** IDs of entries that are new. */
    readonly created: readonly string[];
    /** IDs of entries whose changeable fields differed. */
    readonly updated: readonly string[];
    /** IDs of entries that were there just so. */
    readonly unchanged: readonly string[];
    readonly failed: readonly EntryFailure[];
}

/** Which entries to list; without a filter all of them. */
export interface EntryFilter {
    readonly spiffeId?: SpiffeId;
    readonly parentId?: SpiffeId;
    /** Entries with exactly these selectors. */
    readonly selectors?: readonly Selector[];
    readonly hint?: string;
}

/** The fields a registration may change, and needs back to see whether it has to. */
const CHANGEABLE: MessageInitShape<typeof EntryMaskSchema> = {
    x509SvidTtl: true,
    jwtSvidTtl: true,
    federatesWith: true,
    dnsNames: true,
    hint: true,
    admin: true,
    downstream: true,
    expiresAt: true,
};

/** Registration entries of the SPIRE server (service `spire.api.server.entry.v1.Entry`). */
export class Entries {
    constructor(private readonly connection: SpireConnection) {}

    async count(): Promise<number> {
        return (await this.connection.call(EntryService.method.countEntries, {})).count;
    }

    /** All entries that match, page by page. */
    async *list(filter: EntryFilter = {}): AsyncGenerator<RegisteredEntry, void, undefined> {
        let pageToken = "";
        do {
            const page = await this.connection.call(EntryService.method.listEntries, {
                filter: toWireFilter(filter),
                pageSize: PAGE_SIZE,
                pageToken,
            });
            yield* page.entries.map(fromWireEntry);
            pageToken = page.nextPageToken;
        } while (pageToken !== "");
    }

    /** @throws {SpireApiError} `not_found` */
    async get(id: string): Promise<RegisteredEntry> {
        return fromWireEntry(await this.connection.call(EntryService.method.getEntry, { id }));
    }

    /**
     * Makes the entries exist as given, in batches of {@link BATCH_SIZE}. Idempotent: an entry with the same ID, parent and
     * selectors is kept, and updated only where it differs. A refused item doesn't stop the others; it is reported.
     *
     * The server looks for similar entries under the same parent, so many entries under one parent slow it down:
     * spread large registrations over node aliases.
     *
     * @throws {SpireApiError} when a whole batch failed; those before it are done, so calling again goes on from there
     */
    async register(specs: Iterable<EntrySpec>): Promise<RegistrationResult> {
        const result = {
            created: [] as string[],
            updated: [] as string[],
            unchanged: [] as string[],
            failed: [] as EntryFailure[],
        };
        for (const batch of batches(specs, BATCH_SIZE)) {
            const wanted = batch.map(toWireEntry);
            const { results } = await this.connection.call(EntryService.method.batchCreateEntry, {
                entries: wanted,
                outputMask: CHANGEABLE,
            });
            const differing: MessageInitShape<typeof EntrySchema>[] = [];
            for (const [index, spec] of batch.entries()) {
                const item = results[index];
                const code = item?.status?.code ?? STATUS.UNKNOWN;
                const entry = item?.entry;
                if (code === STATUS.OK && entry !== undefined) {
                    result.created.push(entry.id);
                } else if (code === STATUS.ALREADY_EXISTS && entry !== undefined) {
                    if (sameSettings(toSettings(spec), wireSettings(entry))) {
                        result.unchanged.push(entry.id);
                    } else {
                        differing.push({ ...wanted[index], id: entry.id });
                    }
                } else {
                    result.failed.push(
                        failure(code, item?.status?.message ?? "the server gave no result", spec.spiffeId),
                    );
                }
            }
            await this.update(differing, result);
        }
        return result;
    }

    /**
     * Deletes by entry ID, in batches. An ID that isn't there is no failure: the wanted state is reached.
     *
     * @returns the failures
     */
    async delete(ids: Iterable<string>): Promise<readonly EntryFailure[]> {
        const failed: EntryFailure[] = [];
        for (const batch of batches(ids, BATCH_SIZE)) {
            const { results } = await this.connection.call(EntryService.method.batchDeleteEntry, { ids: batch });
            for (const [index, id] of batch.entries()) {
                const item = results[index]?.status;
                const code = item?.code ?? STATUS.UNKNOWN;
                if (code !== STATUS.OK && code !== STATUS.NOT_FOUND) {
                    failed.push(failure(code, item?.message ?? "the server gave no result", undefined, id));
                }
            }
        }
        return failed;
    }

    private async update(
        entries: readonly MessageInitShape<typeof EntrySchema>[],
        result: { updated: string[]; failed: EntryFailure[] },
    ): Promise<void> {
        if (entries.length === 0) {
            return;
        }
        const { results } = await this.connection.call(EntryService.method.batchUpdateEntry, {
            entries: [...entries],
            inputMask: CHANGEABLE,
            outputMask: {},
        });
        for (const [index, { id = "" }] of entries.entries()) {
            const item = results[index]?.status;
            const code = item?.code ?? STATUS.UNKNOWN;
            if (code === STATUS.OK) {
                result.updated.push(id);
            } else {
                result.failed.push(failure(code, item?.message ?? "the server gave no result", undefined, id));
            }
        }
    }
}

function failure(code: number, message: string, spiffeId?: SpiffeId, id?: string): EntryFailure {
    return { spiffeId, id, code: statusName(code), message };
}

function* batches<T>(items: Iterable<T>, size: number): Generator<T[], void, undefined> {
    let batch: T[] = [];
    for (const item of items) {
        batch.push(item);
        if (batch.length === size) {
            yield batch;
            batch = [];
        }
    }
    if (batch.length > 0) {
        yield batch;
    }
}

function toWireFilter(filter: EntryFilter) {
    return {
        bySpiffeId: filter.spiffeId && toWireId(filter.spiffeId),
        byParentId: filter.parentId && toWireId(filter.parentId),
        bySelectors: filter.selectors && {
            selectors: filter.selectors.map(({ type, value }) => ({ type, value })),
            match: SelectorMatch_MatchBehavior.MATCH_EXACT,
        },
        byHint: filter.hint,
    };
}

/** The changeable fields, with the wire's defaults in place of what is absent. */
interface Settings {
    readonly x509SvidTtl: number;
    readonly jwtSvidTtl: number;
    readonly federatesWith: string[];
    readonly dnsNames: string[];
    readonly hint: string;
    readonly admin: boolean;
    readonly downstream: boolean;
    readonly expiresAt: bigint;
}

function toSettings(spec: EntrySpec): Settings {
    return {
        x509SvidTtl: spec.x509SvidTtl ?? 0,
        jwtSvidTtl: spec.jwtSvidTtl ?? 0,
        federatesWith: [...(spec.federatesWith ?? [])],
        dnsNames: [...(spec.dnsNames ?? [])],
        hint: spec.hint ?? "",
        admin: spec.admin ?? false,
        downstream: spec.downstream ?? false,
        expiresAt: BigInt(Math.floor((spec.expiresAt?.getTime() ?? 0) / 1000)),
    };
}

function wireSettings(entry: WireEntry): Settings {
    const { x509SvidTtl, jwtSvidTtl, federatesWith, dnsNames, hint, admin, downstream, expiresAt } = entry;
    return { x509SvidTtl, jwtSvidTtl, federatesWith, dnsNames, hint, admin, downstream, expiresAt };
}

function sameSettings(a: Settings, b: Settings): boolean {
    // The first DNS name becomes the common name, so their order counts; trust domains are a set, with or without the scheme.
    const domains = (names: readonly string[]): string =>
        names
            .map((name) => name.replace(/^spiffe:\/\//, ""))
            .sort()
            .join(" ");
    return (
        a.x509SvidTtl === b.x509SvidTtl &&
        a.jwtSvidTtl === b.jwtSvidTtl &&
        domains(a.federatesWith) === domains(b.federatesWith) &&
        a.dnsNames.join(" ") === b.dnsNames.join(" ") &&
        a.hint === b.hint &&
        a.admin === b.admin &&
        a.downstream === b.downstream &&
        a.expiresAt === b.expiresAt
    );
}

function toWireEntry(spec: EntrySpec): MessageInitShape<typeof EntrySchema> {
    return {
        spiffeId: toWireId(spec.spiffeId),
        parentId: toWireId(spec.parentId),
        selectors: spec.selectors.map(({ type, value }) => ({ type, value })),
        ...toSettings(spec),
    };
}

function fromWireEntry(entry: WireEntry): RegisteredEntry {
    const { expiresAt, ...settings } = wireSettings(entry);
    return {
        ...settings,
        id: entry.id,
        spiffeId: fromWireId(entry.spiffeId),
        parentId: fromWireId(entry.parentId),
        selectors: entry.selectors.map(({ type, value }) => ({ type, value })),
        expiresAt: fromWireTime(expiresAt),
        createdAt: fromWireTime(entry.createdAt),
        revision: entry.revisionNumber,
    };
}
