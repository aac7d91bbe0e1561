import { EventEmitter } from "node:events";

import { requireList } from "../arguments.js";
import { X509BundleSet } from "../bundle.js";
import { emitIsolated } from "../callbacks.js";
import type { SpiffeError } from "../errors.js";
import { FederationError } from "../errors.js";
import type { TrustDomain } from "../id.js";
import type { X509Provider, X509Snapshot } from "../source.js";
import type { SpiffeBundle } from "../spiffebundle.js";
import { Subscribers, subscribe } from "../subscription.js";
import { checkIdentity } from "../tls/policy-check.js";
import type { FederationEndpoint } from "./endpoint.js";
import { checkEndpoint } from "./endpoint.js";
import { checkFetchOptions } from "./fetch.js";
import type { FederationWatchOptions } from "./watch.js";
import { watchBundle } from "./watch.js";

interface FederationEvents {
    /** The identity, its bundles or a federated bundle changed. */
    update: [snapshot: X509Snapshot];
    /** A bundle endpoint failed; the bundle held so far stays. */
    failed: [trustDomain: TrustDomain, error: SpiffeError];
}

/**
 * An identity that also knows the bundles of federated trust domains, fetched from their endpoints: for deployments whose Workload API
 * doesn't bring them. What the identity itself brings for a trust domain always wins.
 */
export class FederatedX509Provider extends EventEmitter<FederationEvents> implements X509Provider {
    private readonly federated = new Map<string, SpiffeBundle>();
    private readonly stop = new AbortController();
    private revision = 0;
    private merged: { readonly base: X509Snapshot; readonly result: X509Snapshot } | undefined;
    private readonly subscribers = new Subscribers(this);
    private readonly unsubscribe: () => void;

    /** @throws {FederationError} `invalid_endpoint` for a bad URL, or two endpoints of one trust domain */
    constructor(
        private readonly identity: X509Provider,
        endpoints: readonly FederationEndpoint[],
        options: Omit<FederationWatchOptions, "signal" | "initial"> = {},
    ) {
        super();
        checkIdentity(identity);
        requireList(endpoints, "endpoints").forEach(checkEndpoint);
        checkFetchOptions(options);
        const names = endpoints.map(({ trustDomain }) => trustDomain.name);
        const twice = names.find((name, index) => names.indexOf(name) !== index);
        if (twice !== undefined) {
            throw new FederationError("invalid_endpoint", `there are two bundle endpoints of trust domain ${twice}`);
        }
        this.unsubscribe = subscribe(identity, {
            update: (base) => this.tell(this.merge(base)),
            withdrawn: () => this.subscribers.withdrawn(),
        });
        for (const endpoint of endpoints) {
            void this.follow(endpoint, options);
        }
    }

    /** The identity's snapshot with the federated bundles added. @throws {SpiffeError} what the identity throws */
    snapshot(): X509Snapshot {
        return this.merge(this.identity.snapshot());
    }

    /** The whole bundle fetched of a trust domain, JWT authorities included. */
    bundle(trustDomain: TrustDomain): SpiffeBundle | undefined {
        return this.federated.get(trustDomain.name);
    }

    /** Stops to follow the endpoints; the identity itself is left open. */
    close(): void {
        this.stop.abort();
        this.unsubscribe();
    }

    /** For `await using`. */
    [Symbol.asyncDispose](): Promise<void> {
        this.close();
        return Promise.resolve();
    }

    private merge(base: X509Snapshot): X509Snapshot {
        if (this.merged?.base !== base) {
            const fetched = Array.from(this.federated.values(), (bundle) => bundle.x509);
            this.revision += 1;
            const bundles = new X509BundleSet([...fetched, ...base.bundles]);
            // By its descriptors: a provider of bundles alone has no SVID to be copied.
            const result = Object.defineProperties({} as X509Snapshot, {
                ...Object.getOwnPropertyDescriptors(base),
                bundles: { value: bundles, enumerable: true },
                revision: { value: this.revision, enumerable: true },
            });
            this.merged = { base, result: Object.freeze(result) };
        }
        return this.merged.result;
    }

    private async follow(endpoint: FederationEndpoint, options: FederationWatchOptions): Promise<void> {
        const { trustDomain } = endpoint;
        for await (const event of watchBundle(endpoint, { ...options, signal: this.stop.signal })) {
            if (event.type === "failed") {
                emitIsolated(this, "failed", trustDomain, event.error);
                continue;
            }
            this.federated.set(trustDomain.name, event.bundle);
            this.merged = undefined;
            this.announce();
        }
    }

    /** While there is no identity there is nothing to announce: its next update will bring the new bundle along. */
    private announce(): void {
        let snapshot: X509Snapshot;
        try {
            snapshot = this.snapshot();
        } catch {
            return;
        }
        this.tell(snapshot);
    }

    private tell(snapshot: X509Snapshot): void {
        this.subscribers.update(snapshot);
        emitIsolated(this, "update", snapshot);
    }
}
