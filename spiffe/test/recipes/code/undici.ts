import { request } from "undici";

import type { X509Provider } from "@x0tta6bl4/spiffe";
import { SpiffeDispatcher } from "@x0tta6bl4/spiffe/fetch";
import type { ClientPolicy } from "@x0tta6bl4/spiffe/tls";

export async function get(identity: X509Provider, policy: ClientPolicy, url: string) {
    const dispatcher = new SpiffeDispatcher(identity, policy); // keep it: it holds the connections
    const { body } = await request(url, { dispatcher });
    const text = await body.text();
    await dispatcher.close();
    return text;
}
