import { SpiffeId } from "@x0tta6bl4/spiffe";
import type { AttestedAgent, EntryFilter, EntrySpec, RegisteredEntry } from "@x0tta6bl4/spiffe/spire";

import type { SpireAdministration } from "../../src/execute/action.js";

/** A SPIRE server's administration in memory. */
export class FakeSpire implements SpireAdministration {
    entriesById = new Map<string, RegisteredEntry>();
    agentsById = new Map<string, AttestedAgent>();
    states = { active: { id: "first", expiresAt: undefined }, prepared: undefined, old: undefined } as {
        active: { id: string; expiresAt: undefined } | undefined;
        prepared: { id: string; expiresAt: undefined } | undefined;
        old: { id: string; expiresAt: undefined } | undefined;
    };
    readonly tainted: string[] = [];
    /** Called before each change; may throw. */
    fault: (call: string) => void = () => {};
    private next = 0;

    readonly entries = {
        list: (filter: EntryFilter = {}): AsyncIterable<RegisteredEntry> => {
            this.fault("list entries");
            return iterate(
                [...this.entriesById.values()].filter(
                    ({ spiffeId }) => filter.spiffeId === undefined || filter.spiffeId.equals(spiffeId),
                ),
            );
        },
        register: (specs: Iterable<EntrySpec>) => {
            this.fault("register");
            for (const spec of specs) {
                const same = [...this.entriesById.values()].some((entry) => sameEntry(entry, spec));
                if (!same) {
                    this.addEntry(spec);
                }
            }
            return Promise.resolve({ failed: [] });
        },
        delete: (ids: Iterable<string>) => {
            this.fault("delete entries");
            for (const id of ids) {
                this.entriesById.delete(id);
            }
            return Promise.resolve([]);
        },
    };

    readonly agents = {
        list: () => iterate([...this.agentsById.values()]),
        ban: (id: SpiffeId) => {
            this.fault("ban");
            const agent = this.agentsById.get(String(id));
            if (agent !== undefined) {
                this.agentsById.set(String(id), { ...agent, banned: true });
            }
            return Promise.resolve();
        },
        delete: (id: SpiffeId) => {
            this.fault("delete agent");
            this.agentsById.delete(String(id));
            return Promise.resolve();
        },
    };

    readonly authorities = {
        x509: {
            states: () => Promise.resolve({ ...this.states }),
            prepare: () => {
                this.fault("prepare");
                const prepared = { id: "second", expiresAt: undefined };
                this.states = { ...this.states, prepared };
                return Promise.resolve(prepared);
            },
            activate: (id: string) => {
                this.fault("activate");
                const active = { id, expiresAt: undefined };
                this.states = { active, prepared: undefined, old: this.states.active };
                return Promise.resolve(active);
            },
            taint: (id: string) => {
                this.fault("taint");
                if (this.tainted.includes(id)) {
                    return Promise.reject(new Error("authority is already tainted"));
                }
                this.tainted.push(id);
                return Promise.resolve({ id, expiresAt: undefined });
            },
            revoke: () => Promise.reject(new Error("the responder never revokes an authority")),
        },
    };

    addEntry(spec: EntrySpec): void {
        const id = `entry-${++this.next}`;
        this.entriesById.set(id, { ...spec, id, createdAt: undefined, revision: 0n });
    }

    addAgent(node: string): void {
        const id = SpiffeId.parse(`spiffe://example.org/spire/agent/k8s_psat/test/${node}`);
        this.agentsById.set(String(id), {
            id,
            attestationType: "k8s_psat",
            selectors: [{ type: "k8s_psat", value: `agent_node_name:${node}` }],
            serialNumber: "1",
            expiresAt: undefined,
            banned: false,
            canReattest: true,
            version: "",
        });
    }
}

function sameEntry(a: EntrySpec, b: EntrySpec): boolean {
    const text = ({ spiffeId, parentId, selectors }: EntrySpec): string =>
        [spiffeId, parentId, ...selectors.map(({ type, value }) => `${type}:${value}`).sort()].join(" ");
    return text(a) === text(b);
}

async function* iterate<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
    await Promise.resolve();
    yield* items;
}
