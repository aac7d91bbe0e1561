import type { Server, ServiceClientConstructor } from "@grpc/grpc-js";

import type { X509Provider } from "@x0tta6bl4/spiffe";
import { channelCredentials, createGrpcListener } from "@x0tta6bl4/spiffe/grpc";
import type { ClientPolicy, ServerPolicy } from "@x0tta6bl4/spiffe/tls";

export function serve(grpc: Server, identity: X509Provider, policy: ServerPolicy) {
    return createGrpcListener(grpc, identity, policy); // in a handler, its peerOf(call) tells who calls
}
export function connect(Client: ServiceClientConstructor, identity: X509Provider, policy: ClientPolicy, to: string) {
    return new Client(to, channelCredentials(identity, policy));
}
