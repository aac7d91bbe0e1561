import { text } from "node:stream/consumers";

import type { X509Provider } from "@x0tta6bl4/spiffe";
import { SpiffeHttp2Pool } from "@x0tta6bl4/spiffe/http";
import type { ClientPolicy } from "@x0tta6bl4/spiffe/tls";

export async function getAll(identity: X509Provider, policy: ClientPolicy, urls: readonly string[]) {
    const pool = new SpiffeHttp2Pool(identity, policy); // one session an origin, renewed with the SVID
    const answers = await Promise.all(urls.map(async (url) => text(await pool.request(url))));
    await pool.close();
    return answers;
}
