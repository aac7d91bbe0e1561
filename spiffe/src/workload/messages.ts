import { X509Bundle, X509BundleSet } from "../bundle.js";
import { SpiffeError, WorkloadApiError } from "../errors.js";
import type { X509BundlesResponse, X509SVID, X509SVIDResponse } from "../gen/workload/workloadapi_pb.js";
import { TrustDomain } from "../id.js";
import { X509Svid } from "../x509svid.js";

/** Longest hint (Workload API section 5.1). */
const MAX_HINT_BYTES = 1024;

/** Bounds on what one answer of the Workload API may hold. Finite, so that a rogue endpoint can't exhaust memory. */
export interface WorkloadLimits {
    /** Bytes of one message. 5,000 SVIDs take about 5 MB. */
    readonly maxMessageBytes: number;
    readonly maxSvids: number;
    readonly maxBundles: number;
}

export const DEFAULT_LIMITS: WorkloadLimits = {
    maxMessageBytes: 64 * 1024 * 1024,
    maxSvids: 20_000,
    maxBundles: 10_000,
};

/** The X.509 half of what the Workload API tells, from one message. */
export interface X509Context {
    /** In the order of the message: the first is the default identity. Not empty. */
    readonly svids: readonly [X509Svid, ...X509Svid[]];
    /** The bundles of our own trust domains and of the federated ones. */
    readonly bundles: X509BundleSet;
}

/** Runs a reader over an answer; whatever is wrong with the answer comes out as `malformed_response`. */
export function readAnswer<M, T>(method: string, message: M, read: (message: M) => T): T {
    try {
        return read(message);
    } catch (error) {
        if (error instanceof SpiffeError) {
            throw new WorkloadApiError("malformed_response", `Workload API, ${method}: ${error.message}`, {
                cause: error,
            });
        }
        throw error;
    }
}

function fault(message: string): WorkloadApiError {
    return new WorkloadApiError("malformed_response", message);
}

/** A trust domain ID that keys a map of bundles: `spiffe://td`, without a path. */
export function readTrustDomainKey(key: string): TrustDomain {
    const trustDomain = TrustDomain.parse(key);
    if (trustDomain.id.toString() !== key && trustDomain.name !== key) {
        throw fault(`the bundle key ${JSON.stringify(key)} is not the ID of a trust domain`);
    }
    return trustDomain;
}

/** Entries of a map of bundles, with the number and the keys checked. */
export function readBundleMap<T>(
    map: Readonly<Record<string, Uint8Array>>,
    limits: WorkloadLimits,
    read: (trustDomain: TrustDomain, bytes: Uint8Array) => T,
): T[] {
    const entries = Object.entries(map);
    if (entries.length > limits.maxBundles) {
        throw fault(`the answer has ${entries.length} bundles, at most ${limits.maxBundles} are taken`);
    }
    return entries.map(([key, bytes]) => read(readTrustDomainKey(key), bytes));
}

/**
 * X509SVIDResponse (Workload API section 5.2.1). Of SVIDs with the same hint the first is taken.
 *
 * @throws {SpiffeError} for the whole message when anything mandatory is missing or anything is malformed
 */
export function readX509Context(message: X509SVIDResponse, limits: WorkloadLimits): X509Context {
    if (message.svids.length > limits.maxSvids) {
        throw fault(`the answer has ${message.svids.length} SVIDs, at most ${limits.maxSvids} are taken`);
    }
    const hints = new Set<string>();
    const [first, ...others] = message.svids
        .filter((entry) => entry.hint === "" || (!hints.has(entry.hint) && hints.add(entry.hint)))
        .map(readX509Svid);
    if (first === undefined) {
        throw fault("the answer has no SVID");
    }
    const federated = readBundleMap(message.federatedBundles, limits, X509Bundle.parse);
    // Our own bundle comes last: nothing federated may replace it.
    const bundles = new X509BundleSet([...federated, ...readOwnBundles(message.svids)]);
    return { svids: [first, ...others], bundles };
}

function readX509Svid(entry: X509SVID): X509Svid {
    const mandatory = [
        ["spiffe_id", entry.spiffeId],
        ["x509_svid", entry.x509Svid],
        ["x509_svid_key", entry.x509SvidKey],
        ["bundle", entry.bundle],
    ] as const;
    const missing = mandatory.filter(([, value]) => value.length === 0).map(([name]) => name);
    if (missing.length > 0) {
        throw fault(`an SVID lacks the mandatory ${missing.join(", ")}`);
    }
    if (Buffer.byteLength(entry.hint) > MAX_HINT_BYTES) {
        throw fault(`${entry.spiffeId}: the hint has more than ${MAX_HINT_BYTES} bytes`);
    }
    const svid = X509Svid.parse(entry.x509Svid, entry.x509SvidKey, entry.hint);
    if (svid.id.toString() !== entry.spiffeId) {
        throw fault(`the SVID announced as ${JSON.stringify(entry.spiffeId)} is of ${svid.id}`);
    }
    return svid;
}

/** Each SVID carries its trust domain's bundle; thousands of SVIDs carry the same one, which is read once. */
function readOwnBundles(svids: readonly X509SVID[]): X509Bundle[] {
    const read = new Map<string, { bytes: Uint8Array; bundle: X509Bundle }>();
    for (const { spiffeId, bundle: bytes } of svids) {
        const trustDomain = TrustDomain.parse(spiffeId);
        const known = read.get(trustDomain.name);
        if (known === undefined || Buffer.compare(known.bytes, bytes) !== 0) {
            read.set(trustDomain.name, { bytes, bundle: X509Bundle.parse(trustDomain, bytes) });
        }
    }
    return Array.from(read.values(), ({ bundle }) => bundle);
}

/** X509BundlesResponse (Workload API section 5.2.2). @throws {SpiffeError} */
export function readX509Bundles(message: X509BundlesResponse, limits: WorkloadLimits): X509BundleSet {
    const bundles = readBundleMap(message.bundles, limits, X509Bundle.parse);
    if (bundles.length === 0) {
        throw fault("the answer has no bundle");
    }
    return new X509BundleSet(bundles);
}
