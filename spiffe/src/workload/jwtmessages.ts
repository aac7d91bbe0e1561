import { readAudience, requireInstance, requireOptions } from "../arguments.js";
import { WorkloadApiError } from "../errors.js";
import type { JWTBundlesResponse, JWTSVIDResponse, ValidateJWTSVIDResponse } from "../gen/workload/workloadapi_pb.js";
import { SpiffeId } from "../id.js";
import { JwtBundle, JwtBundleSet } from "../jwtbundle.js";
import { JwtSvid } from "../jwtsvid.js";
import type { WorkloadLimits } from "./messages.js";
import { readBundleMap } from "./messages.js";

/** Which JWT-SVID is wanted. */
export interface JwtSvidRequest {
    /** Whom the token is for; at least one. One given as text is one audience. */
    readonly audience: string | readonly [string, ...string[]];
    /** One of several identities; the default one when absent. */
    readonly spiffeId?: SpiffeId;
}

/** What the Workload API says of a token it was asked to validate. */
export interface ValidatedToken {
    readonly id: SpiffeId;
    readonly claims: Readonly<Record<string, unknown>>;
}

/** @throws {ArgumentError} for what plain JavaScript can get wrong */
export function readRequest(request: unknown): { audience: readonly [string, ...string[]]; spiffeId?: SpiffeId } {
    requireOptions(request, "request");
    const { audience, spiffeId } = (request ?? {}) as Partial<JwtSvidRequest>;
    if (spiffeId !== undefined) {
        requireInstance(spiffeId, SpiffeId, "request.spiffeId");
    }
    return { audience: readAudience(audience, "request.audience"), spiffeId };
}

/** JWTSVIDResponse (Workload API section 6.2.1). @throws {SpiffeError} */
export function readJwtSvids(
    message: JWTSVIDResponse,
    audience: readonly [string, ...string[]],
): readonly [JwtSvid, ...JwtSvid[]] {
    const hints = new Set<string>();
    const [first, ...others] = message.svids
        .filter(({ hint }) => hint === "" || (!hints.has(hint) && hints.add(hint)))
        .map(({ spiffeId, svid, hint }) => {
            const parsed = JwtSvid.parseInsecure(svid, audience, { hint });
            if (parsed.id.toString() !== spiffeId) {
                throw new WorkloadApiError(
                    "malformed_response",
                    `the JWT-SVID announced as ${JSON.stringify(spiffeId)} is of ${parsed.id}`,
                );
            }
            return parsed;
        });
    if (first === undefined) {
        throw new WorkloadApiError("malformed_response", "the answer has no SVID");
    }
    return [first, ...others];
}

/** JWTBundlesResponse (Workload API section 6.2.2). @throws {SpiffeError} */
export function readJwtBundles(message: JWTBundlesResponse, limits: WorkloadLimits): JwtBundleSet {
    const bundles = readBundleMap(message.bundles, limits, JwtBundle.parse);
    if (bundles.length === 0) {
        throw new WorkloadApiError("malformed_response", "the answer has no bundle");
    }
    return new JwtBundleSet(bundles);
}

/** ValidateJWTSVIDResponse (Workload API section 6.2.3). @throws {SpiffeError} */
export function readValidated(message: ValidateJWTSVIDResponse): ValidatedToken {
    return { id: SpiffeId.parse(message.spiffeId), claims: message.claims ?? {} };
}
