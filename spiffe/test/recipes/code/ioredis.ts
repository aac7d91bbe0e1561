import { Redis } from "ioredis";

import type { X509Provider } from "@x0tta6bl4/spiffe";
import { type ClientPolicy, clientOptions } from "@x0tta6bl4/spiffe/tls";

export const connect = (identity: X509Provider, policy: ClientPolicy, host: string, port: number) =>
    new Redis({ host, port, tls: clientOptions(identity, policy) });
