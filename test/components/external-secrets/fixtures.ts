import type { ExternalSecretsSettings, ProviderSettings } from "../../../components/external-secrets/settings";
import { externalSecretsSettings } from "../../../components/external-secrets/settings";

export const VAULT: ProviderSettings = {
    kind: "vault",
    server: "https://vault.example.org",
    path: "secret",
    namespace: undefined,
    caBundle: undefined,
    auth: { method: "kubernetes", mountPath: "kubernetes", rolePrefix: "x0", audiences: ["vault"] },
};

export const RAW = {
    provider: VAULT,
    egress: { cidrs: ["10.1.0.0/28"], port: 8200 },
    secrets: { shop: [{ name: "shop-certs", key: "shop/certs", properties: { "tls.key": "key" } }] },
};

/** Settings read from raw ones; fails where they have faults. */
export function settings(over: object = {}): ExternalSecretsSettings {
    const faults: string[] = [];
    const read = externalSecretsSettings.read({ ...RAW, ...over }, "x", faults);
    if (faults.length > 0) {
        throw new Error(faults.join("\n"));
    }
    return read;
}
