import "./runtime.js";

export {
    authorizeAny,
    authorizeId,
    authorizeMemberOf,
    authorizeOneOf,
    authorizePattern,
    authorizeTarget,
} from "./authorize.js";
export type { AuthorizedConnection, Authorizer } from "./authorize.js";
export * from "./bundle.js";
export * from "./errors.js";
export * from "./id.js";
export { idFromCertificate } from "./identify.js";
export { saveX509Snapshot } from "./save.js";
export type { SavedNames } from "./save.js";
export * from "./source.js";
export type { ConnectionLifetime } from "./tls/lifetime.js";
export { CLOSING_REASONS, HANDSHAKE_FAILURE_REASONS, HandshakeError } from "./tls/observer.js";
export type { ClosingReason, HandshakeEvent, HandshakeFailureReason, HandshakeObserver } from "./tls/observer.js";
export { peerOf } from "./tls/peer.js";
export type { Peer } from "./tls/peer.js";
export type { TlsPolicy } from "./tls/policy.js";
export { MAX_CHAIN_LENGTH, verifyX509Svid } from "./verify.js";
export type { VerifiedSvid, VerifyOptions } from "./verify.js";
export * from "./x509svid.js";
