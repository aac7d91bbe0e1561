import assert from "node:assert/strict";

import { isObj } from "../../policies/kubernetes/kube";
import type { SpireSettings } from "../../components/spire/model";
import { spireSettings } from "../../components/spire/settings";

/** A raw settings tree, as a stack's YAML holds it. */
export type Raw = { readonly [key: string]: unknown };

/** The smallest settings that are accepted: one server, sqlite on a volume. */
export const SMALLEST: Raw = {
    trustDomain: "staging.x0tta6bl4.io",
    clusterName: "staging",
    server: { replicas: 1, dataStore: { type: "sqlite" } },
    agent: { kubelet: { cidrs: ["10.0.0.0/24"] } },
};

/** A database of its own for several servers. */
export const POSTGRES: Raw = {
    type: "postgres",
    host: "db.x0tta6bl4.io",
    trustAnchor: { configMap: "database-ca", key: "ca.crt" },
    password: { secret: "spire-database", key: "password" },
};

export const DATABASE_EGRESS = [{ name: "database", cidrs: ["10.9.0.5/32"], ports: [5432] }];

/** What reading `raw` yields: the settings and every fault of their shape. */
export function readSpire(raw: unknown): { readonly settings: SpireSettings; readonly faults: readonly string[] } {
    const faults: string[] = [];
    const settings = spireSettings.read(raw, "spire", faults);
    return { settings, faults };
}

/** Settings whose shape is right: the smallest ones with `over` laid over them, object by object. */
export function spireOf(over: Raw = {}): SpireSettings {
    const { settings, faults } = readSpire(merge(SMALLEST, over));
    assert.deepEqual(faults, []);
    return settings;
}

function merge(base: Raw, over: Raw): Raw {
    const merged = Object.entries(over).map(([key, value]): [string, unknown] => {
        const old = base[key];
        // A union is replaced as a whole: its members do not mix.
        const both = isObj(old) && isObj(value) && !("type" in value);
        return [key, both ? merge(old, value) : value];
    });
    return { ...base, ...Object.fromEntries(merged) };
}
