import { setTimeout as sleep } from "node:timers/promises";

import type { KindName, KubernetesApi, ObjectMeta } from "../kubernetes/objects.js";

/** A watch lasts so long; then everything is listed again. What a dead connection hides comes to light within that and a little more. */
const WATCH_SECONDS = 60;
/** Time from the end of a watch to the next list, in milliseconds. */
const PAUSE_MS = 1_000;

/**
 * Tells of which objects of a collection the specification may have changed since it was last read, by their metadata alone: a change of the
 * status leaves the generation as it is, so that what the responder itself writes is read by nobody.
 */
export class SpecChanges {
    /** UID and generation of what was read last, by name. */
    private readonly known = new Map<string, string>();
    private readonly changed = new Set<string>();
    private watching = false;

    constructor(
        private readonly api: Pick<KubernetesApi, "listMetadata" | "watchMetadata">,
        private readonly kind: KindName,
        private readonly namespace: string,
    ) {}

    /** The object's specification has been read as of this metadata. */
    read(metadata: ObjectMeta): void {
        this.known.set(metadata.name, versionOf(metadata));
    }

    /** The object is gone, by our own doing. */
    forget(name: string): void {
        this.known.delete(name);
        this.changed.delete(name);
    }

    /** The object is to be looked at again. */
    again(name: string): void {
        this.changed.add(name);
    }

    /**
     * Takes out what has changed. Lists the collection where no watch is under way.
     *
     * @throws {ApiError} when it can't be listed
     */
    async take(): Promise<readonly string[]> {
        if (!this.watching) {
            await this.resync();
        }
        const names = [...this.changed];
        this.changed.clear();
        return names;
    }

    /**
     * Watches the collection until it is told to end, and begins again whenever the watch ends or is lost.
     *
     * @param notice told when something has changed
     * @param failed told of what was tried in vain
     */
    async follow(signal: AbortSignal, notice: () => void, failed: (error: unknown) => void): Promise<void> {
        // Asked anew each time: the compiler takes what it was before an `await` for what it is after it.
        const isOver = (): boolean => signal.aborted;
        while (!isOver()) {
            try {
                await this.watch(signal, notice);
            } catch (error) {
                if (!isOver()) {
                    failed(error);
                }
            } finally {
                this.watching = false;
            }
            await sleep(PAUSE_MS, undefined, { signal }).catch(() => {});
        }
    }

    private async watch(signal: AbortSignal, notice: () => void): Promise<void> {
        const resourceVersion = await this.resync();
        if (this.changed.size > 0) {
            notice();
        }
        const changes = this.api.watchMetadata(this.kind, this.namespace, {
            resourceVersion,
            seconds: WATCH_SECONDS,
            signal,
        });
        this.watching = true;
        for await (const { deleted, metadata } of changes) {
            if (deleted) {
                this.forget(metadata.name);
            } else if (this.note(metadata)) {
                notice();
            }
        }
    }

    private async resync(): Promise<string> {
        const { items, resourceVersion } = await this.api.listMetadata(this.kind, this.namespace);
        const there = new Set(items.map(({ name }) => name));
        [...this.known.keys()].filter((name) => !there.has(name)).forEach((name) => this.forget(name));
        items.forEach((metadata) => this.note(metadata));
        return resourceVersion;
    }

    /** @returns whether it has changed */
    private note(metadata: ObjectMeta): boolean {
        if (this.known.get(metadata.name) === versionOf(metadata)) {
            return false;
        }
        this.read(metadata);
        this.changed.add(metadata.name);
        return true;
    }
}

function versionOf({ uid, generation }: ObjectMeta): string {
    return `${uid ?? ""} ${generation ?? 0}`;
}
