/** `@x0tta6bl4/spiffe/grpc`: servers and channels of @grpc/grpc-js. */
import "../runtime.js";

export { channelCredentials, createGrpcListener } from "../tls/grpc.js";
export type { GrpcListener, PeerAddressed } from "../tls/grpc.js";
