import { EventEmitter } from "node:events";

import { requireInstance, requireList, requireOptions } from "./arguments.js";
import { X509BundleSet } from "./bundle.js";
import { emitIsolated } from "./callbacks.js";
import { Subscribers } from "./subscription.js";
import { X509Svid } from "./x509svid.js";

/** One consistent view: the SVIDs and the bundles came in the same message, and never change. */
export interface X509Snapshot {
    /** The identity to present: the first one, or the picker's choice. */
    readonly svid: X509Svid;
    /** All identities issued to this workload. */
    readonly svids: readonly X509Svid[];
    /** The bundles of our own trust domain and of those federated with it. */
    readonly bundles: X509BundleSet;
    /** Grows by one with each change; starts at 1. */
    readonly revision: number;
}

/** Where TLS helpers get identity and trust from; each handshake asks anew. */
export interface X509Provider {
    /**
     * The current view.
     *
     * @throws {SpiffeError} when there is nothing to use: not started, closed, identity withdrawn or expired.
     */
    snapshot(): X509Snapshot;
    on(event: "update", listener: (snapshot: X509Snapshot) => void): unknown;
    off(event: "update", listener: (snapshot: X509Snapshot) => void): unknown;
}

/** A provider for material that doesn't come from a Workload API: files, or a test. */
export class StaticX509Provider extends EventEmitter<{ update: [X509Snapshot] }> implements X509Provider {
    private readonly subscribers = new Subscribers(this);
    private current: X509Snapshot;

    /** @throws {ArgumentError} */
    constructor(material: { svid: X509Svid; svids?: readonly X509Svid[]; bundles: X509BundleSet }) {
        super();
        this.current = toSnapshot(material, 1);
    }

    snapshot(): X509Snapshot {
        return this.current;
    }

    /** Replaces everything at once and tells the listeners. @throws {ArgumentError} */
    set(material: { svid: X509Svid; svids?: readonly X509Svid[]; bundles: X509BundleSet }): void {
        this.current = toSnapshot(material, this.current.revision + 1);
        this.subscribers.update(this.current);
        emitIsolated(this, "update", this.current);
    }
}

function toSnapshot(
    material: { svid: X509Svid; svids?: readonly X509Svid[]; bundles: X509BundleSet },
    revision: number,
): X509Snapshot {
    checkMaterial(material);
    return Object.freeze({
        svid: material.svid,
        svids: Object.freeze([...(material.svids ?? [material.svid])]),
        bundles: material.bundles,
        revision,
    });
}

function checkMaterial(material: unknown): void {
    requireOptions(material, "material");
    const { svid, svids, bundles } = (material ?? {}) as Partial<X509Snapshot>;
    requireInstance(svid, X509Svid, "material.svid");
    requireInstance(bundles, X509BundleSet, "material.bundles");
    if (svids !== undefined) {
        requireList(svids, "material.svids").forEach((each) =>
            requireInstance(each, X509Svid, "each of material.svids"),
        );
    }
}
