import { AGENT_PATHS, PORTS, WORKLOAD_SOCKET_DIR } from "../layout";
import type { OidcSettings, SpireSettings } from "../model";

/** Where the provider's web certificate is mounted. */
export const OIDC_CERTIFICATE_DIR = "/run/spire/tls/oidc";

/** Configuration of the OIDC discovery provider: HTTPS with a web certificate, keys from the Workload API. */
export function oidcProviderConf({ trustDomain, server }: SpireSettings, oidc: OidcSettings): object {
    return {
        log_level: server.logLevel,
        log_format: "JSON",
        domains: [oidc.domain],
        jwt_issuer: server.jwtIssuer,
        set_key_use: true,
        serving_cert_file: {
            addr: `:${PORTS.oidc}`,
            cert_file_path: `${OIDC_CERTIFICATE_DIR}/tls.crt`,
            key_file_path: `${OIDC_CERTIFICATE_DIR}/tls.key`,
        },
        workload_api: {
            socket_path: `${WORKLOAD_SOCKET_DIR}/${AGENT_PATHS.socketFile}`,
            trust_domain: trustDomain,
        },
        health_checks: { bind_port: String(PORTS.oidcHealth), ready_path: "/ready", live_path: "/live" },
    };
}
