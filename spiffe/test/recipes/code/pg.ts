import pg from "pg";

import type { X509Provider } from "@x0tta6bl4/spiffe";
import { type ClientPolicy, clientOptions } from "@x0tta6bl4/spiffe/tls";

export function connect(identity: X509Provider, policy: ClientPolicy, config: pg.PoolConfig) {
    const open = () => new pg.Pool({ ...config, ssl: clientOptions(identity, policy) });
    const retire = (old: pg.Pool): unknown => (old.waitingCount > 0 ? setTimeout(retire, 50, old) : old.end());
    const current = { pool: open() }; // its owner queries current.pool; what runs at a rotation ends on the old one
    identity.on("update", () => {
        void retire(current.pool);
        current.pool = open();
    });
    return current;
}
