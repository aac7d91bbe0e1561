import { EventEmitter } from "node:events";

import { X509BundleSet } from "../bundle.js";
import { emitIsolated } from "../callbacks.js";
import { HandshakeError } from "../tls/observer.js";
import type { X509Provider, X509Snapshot } from "../source.js";
import { Subscribers } from "../subscription.js";

/**
 * What TLS clients that show no SVID verify with (`presentSvid: false`): the bundles of a `BundleSource`, and no identity. Wherever an
 * SVID is to be shown it fails with `no_identity`.
 */
export class BundleIdentity extends EventEmitter<{ update: [X509Snapshot] }> implements X509Provider {
    private readonly subscribers = new Subscribers(this);
    private current: X509Snapshot = snapshotOf(new X509BundleSet(), 0);

    /** @param alive throws when the source is closed */
    constructor(private readonly alive: () => unknown) {
        super();
    }

    /** @throws {SourceError} `closed` */
    snapshot(): X509Snapshot {
        this.alive();
        return this.current;
    }

    /** Called by the source. */
    set(bundles: X509BundleSet): void {
        this.current = snapshotOf(bundles, this.current.revision + 1);
        this.subscribers.update(this.current);
        emitIsolated(this, "update", this.current);
    }
}

function snapshotOf(bundles: X509BundleSet, revision: number): X509Snapshot {
    return Object.freeze({
        get svid(): never {
            throw new HandshakeError("no_identity", "there are only bundles here: say presentSvid: false");
        },
        svids: Object.freeze([]),
        bundles,
        revision,
    });
}
