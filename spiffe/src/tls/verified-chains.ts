import type { X509Certificate } from "node:crypto";
import { createHash } from "node:crypto";

import type { X509Bundle, X509BundleSet } from "../bundle.js";
import type { VerifiedSvid } from "../verify.js";
import { verifyX509Svid } from "../verify.js";

/** Most chains remembered. Only verified ones are, so that no stranger can push others out. */
const MAX_CHAINS = 1_000;

interface Entry {
    readonly svid: VerifiedSvid;
    /** The bundle it was verified by. Bundles never change: a renewed one is another object. */
    readonly bundle: X509Bundle;
    /** The time in which every certificate of the path is valid, in milliseconds of the Unix epoch. */
    readonly from: number;
    readonly until: number;
}

/**
 * Chains verified before, by what was presented: a peer that comes back is verified once for each bundle. Refusals aren't kept, and
 * authorization is no part of it, which is asked anew each time.
 */
export class VerifiedChains {
    /** In the order of their last use. */
    private readonly entries = new Map<string, Entry>();

    constructor(private readonly limit = MAX_CHAINS) {}

    /**
     * As `verifyX509Svid`, whose answer it is.
     *
     * @throws {X509VerificationError}
     */
    verify(presented: readonly X509Certificate[], bundles: X509BundleSet, now: Date, strict = false): VerifiedSvid {
        const key = keyOf(presented, strict);
        const known = this.entries.get(key);
        const at = now.getTime();
        if (known !== undefined) {
            this.entries.delete(key);
            if (bundles.get(known.svid.id.trustDomain) === known.bundle && known.from <= at && at <= known.until) {
                this.entries.set(key, known);
                return known.svid;
            }
        }
        const svid = verifyX509Svid(presented, bundles, { now, strict });
        this.remember(key, svid, bundles.get(svid.id.trustDomain));
        return svid;
    }

    get size(): number {
        return this.entries.size;
    }

    private remember(key: string, svid: VerifiedSvid, bundle: X509Bundle | undefined): void {
        if (bundle === undefined) {
            return;
        }
        this.entries.set(key, {
            svid,
            bundle,
            from: Math.max(...svid.chain.map(({ validFromDate }) => validFromDate.getTime())),
            until: Math.min(...svid.chain.map(({ validToDate }) => validToDate.getTime())),
        });
        const [oldest] = this.entries.keys();
        if (this.entries.size > this.limit && oldest !== undefined) {
            this.entries.delete(oldest);
        }
    }
}

/** DER tells its own length, so that no two lists of certificates are the same bytes. */
function keyOf(presented: readonly X509Certificate[], strict: boolean): string {
    const hash = createHash("sha256").update(strict ? "strict" : "");
    presented.forEach(({ raw }) => hash.update(raw));
    return hash.digest("base64");
}
