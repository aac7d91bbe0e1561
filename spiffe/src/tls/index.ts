import "../runtime.js";

export { connectSocket, connectTls } from "./client.js";
export type { ClientPolicy, ConnectTarget } from "./client.js";
export { HYBRID_GROUP, negotiatedGroup } from "./group.js";
export type { TlsGroup } from "./group.js";
export type { ConnectionLifetime } from "./lifetime.js";
export { CLOSING_REASONS, HANDSHAKE_FAILURE_REASONS, HandshakeError } from "./observer.js";
export type { ClosingReason, HandshakeEvent, HandshakeFailureReason, HandshakeObserver } from "./observer.js";
export { clientOptions } from "./options.js";
export { peerOf } from "./peer.js";
export type { Peer } from "./peer.js";
export type { TlsPolicy, WebCertificate } from "./policy.js";
export { createTlsServer, guardServer, serverOptions } from "./server.js";
export type { ServerPolicy } from "./server.js";
