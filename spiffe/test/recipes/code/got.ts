import got from "got";

import type { X509Provider } from "@x0tta6bl4/spiffe";
import { SpiffeHttpsAgent } from "@x0tta6bl4/spiffe/http";
import type { ClientPolicy } from "@x0tta6bl4/spiffe/tls";

export function client(identity: X509Provider, policy: ClientPolicy) {
    return got.extend({ agent: { https: new SpiffeHttpsAgent(identity, policy) } });
}
