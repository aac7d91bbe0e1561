import type { X509Provider } from "@x0tta6bl4/spiffe";
import { SpiffeDispatcher } from "@x0tta6bl4/spiffe/fetch";
import type { ClientPolicy } from "@x0tta6bl4/spiffe/tls";

export function builtIn(identity: X509Provider, policy: ClientPolicy) {
    const dispatcher = new SpiffeDispatcher(identity, policy);
    return {
        get: async (url: string) => (await fetch(url, { dispatcher } as unknown as RequestInit)).text(),
        open: (url: string) => new WebSocket(url, { dispatcher } as never), // the types of WebSocket don't know it
        close: () => dispatcher.close(),
    };
}
