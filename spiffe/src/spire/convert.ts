import { SpiffeId } from "../id.js";
import type { SPIFFEID } from "./gen/spire/api/types/types_pb.js";

/** The wire form of a SPIFFE ID: trust domain and path apart. */
export function toWireId(id: SpiffeId): { trustDomain: string; path: string } {
    return { trustDomain: id.trustDomain.name, path: id.path };
}

/**
 * The SPIFFE ID of a wire message.
 *
 * @throws {SpiffeIdError} when the server sent none or a bad one
 */
export function fromWireId(id: SPIFFEID | undefined): SpiffeId {
    return SpiffeId.parse(`spiffe://${id?.trustDomain ?? ""}${id?.path ?? ""}`);
}

/** Wire seconds since the epoch as a date; 0 is the wire's "never". */
export function fromWireTime(seconds: bigint): Date | undefined {
    return seconds === 0n ? undefined : new Date(Number(seconds) * 1000);
}
