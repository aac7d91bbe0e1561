import { isDeepStrictEqual } from "node:util";

import type { Token } from "./yaml-scanner";

export type Mapping = Record<string, unknown>;

/** Where the keys of each mapping and the items of each list begin: offsets in the text that was parsed. */
export type Places = Map<object, Map<string | number, number>>;

export const MERGE = Symbol("merge key");

/** Fills a mapping in the order of the text. */
export class MappingBuilder {
    private readonly own = new Set<string>();

    constructor(
        public readonly mapping: Mapping,
        private readonly places: Map<string | number, number> | undefined,
        private readonly fail: (message: string, at: number) => never,
    ) {}

    public set(key: string | typeof MERGE, value: unknown, start: Token, at: number): void {
        if (key === MERGE) {
            this.merge(value, start, at);
            return;
        }
        if (this.own.has(key)) {
            this.fail(`duplicated mapping key ${JSON.stringify(key)}`, at);
        }
        this.own.add(key);
        this.put(key, value, at);
    }

    private merge(value: unknown, start: Token, at: number): void {
        const sources = Array.isArray(value) && start.kind !== "alias" ? (value as readonly unknown[]) : [value];
        const merged: Mapping = {};
        for (const source of [...sources].reverse()) {
            if (typeof source !== "object" || source === null || Array.isArray(source)) {
                this.fail("a merge key (<<) takes a mapping, or a list of them", at);
            }
            for (const [key, item] of Object.entries(source)) {
                put(merged, key, item);
            }
        }
        for (const [key, item] of Object.entries(merged)) {
            if (Object.hasOwn(this.mapping, key) && !isDeepStrictEqual(this.mapping[key], item)) {
                const what = JSON.stringify(key);
                this.fail(`a merge key (<<) changes ${what}, which stands above it: put the merge key first`, at);
            }
            this.put(key, item, at);
        }
    }

    private put(key: string, value: unknown, at: number): void {
        put(this.mapping, key, value);
        this.places?.set(key, at);
    }
}

/** Sets a key of its own, whatever its name is. */
function put(mapping: Mapping, key: string, value: unknown): void {
    if (key === "__proto__") {
        Object.defineProperty(mapping, key, { value, enumerable: true, configurable: true, writable: true });
    } else {
        mapping[key] = value;
    }
}
