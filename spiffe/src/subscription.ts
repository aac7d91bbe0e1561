import { brandSymbol } from "./brand.js";
import { callIsolated } from "./callbacks.js";
import type { X509Provider, X509Snapshot } from "./source.js";

/** What a part of this library hears of an identity. */
export interface IdentityListener {
    /** New material is in use. */
    update(snapshot: X509Snapshot): void;
    /** The identity was withdrawn: `snapshot()` throws until the next update. */
    withdrawn?(): void;
}

/** Under this key the providers of this package take listeners, whichever copy of it they come from. */
const SUBSCRIBE = brandSymbol("subscribe");

/**
 * The library's own listeners of one identity. They stand apart from its public events: what a user's listener does, or how many there
 * are, must not keep a server from showing the new SVID.
 */
export class Subscribers {
    private readonly listeners = new Set<IdentityListener>();

    /** Puts these subscribers behind a provider. */
    constructor(provider?: X509Provider) {
        if (provider !== undefined) {
            Object.defineProperty(provider, SUBSCRIBE, {
                value: (listener: IdentityListener) => this.add(listener),
            });
        }
    }

    get size(): number {
        return this.listeners.size;
    }

    /** @returns a function that ends it */
    add(listener: IdentityListener): () => void {
        this.listeners.add(listener);
        return () => void this.listeners.delete(listener);
    }

    update(snapshot: X509Snapshot): void {
        for (const listener of [...this.listeners]) {
            callIsolated("Taking over a new X.509-SVID", () => listener.update(snapshot));
        }
    }

    withdrawn(): void {
        for (const listener of [...this.listeners]) {
            callIsolated("Putting away a withdrawn X.509-SVID", () => listener.withdrawn?.());
        }
    }
}

/** Subscribers of providers that others wrote: one public listener serves them all. */
const foreign = new WeakMap<X509Provider, Subscribers>();

/**
 * Listens to an identity for as long as a part of the library lives.
 *
 * @returns a function that ends it
 */
export function subscribe(identity: X509Provider, listener: IdentityListener): () => void {
    const own: unknown = Reflect.get(identity, SUBSCRIBE);
    if (typeof own === "function") {
        return (own as Subscribers["add"])(listener);
    }
    const subscribers = foreign.get(identity) ?? new Subscribers();
    foreign.set(identity, subscribers);
    const onUpdate = (snapshot: X509Snapshot): void => subscribers.update(snapshot);
    if (subscribers.size === 0) {
        identity.on("update", onUpdate);
        forwarders.set(subscribers, onUpdate);
    }
    const remove = subscribers.add(listener);
    return () => {
        remove();
        const forwarder = forwarders.get(subscribers);
        if (subscribers.size === 0 && forwarder !== undefined) {
            identity.off("update", forwarder);
            forwarders.delete(subscribers);
        }
    };
}

const forwarders = new WeakMap<Subscribers, (snapshot: X509Snapshot) => void>();
