import { PORTS, SERVER_PATHS } from "../layout";
import { certificatePath, keyPath, MATERIAL } from "../material";
import type { BundleEndpointProfile, CaKeyType, MetricsTls, SpireSettings } from "../model";
import { dataStorePlugin } from "./data-store";
import type { Plugins } from "./json";
import {
    bundlePublisherPlugins,
    keyManagerPlugin,
    nodeAttestorPlugins,
    upstreamAuthorityPlugin,
} from "./server-plugins";

/** server.conf. The types hold every key that is written: SPIRE ignores unknown ones in some blocks without a word. */
export interface ServerConf {
    readonly server: {
        readonly trust_domain: string;
        readonly bind_address: string;
        readonly bind_port: number;
        readonly data_dir: string;
        readonly socket_path: string;
        readonly ca_ttl: string;
        readonly default_x509_svid_ttl: string;
        readonly default_jwt_svid_ttl: string;
        readonly agent_ttl?: string;
        readonly ca_key_type: CaKeyType;
        readonly jwt_key_type?: CaKeyType;
        readonly ca_subject: {
            readonly country?: readonly string[];
            readonly organization: readonly string[];
            readonly common_name?: string;
        };
        readonly jwt_issuer?: string;
        readonly disable_jwt_svids?: boolean;
        readonly admin_ids?: readonly string[];
        readonly audit_log_enabled: boolean;
        readonly prune_attested_nodes_expired_for?: string;
        readonly log_level: string;
        readonly log_format: "json";
        readonly ratelimit: { readonly attestation: boolean; readonly signing: boolean };
        readonly federation?: { readonly bundle_endpoint: BundleEndpointConf };
        readonly experimental?: { readonly require_pq_kem: boolean };
    };
    readonly plugins: {
        readonly DataStore: Plugins<object>;
        readonly KeyManager: Plugins<object>;
        readonly NodeAttestor: Plugins<object>;
        readonly BundlePublisher: Plugins<object>;
        readonly UpstreamAuthority?: Plugins<object>;
    };
    readonly health_checks: HealthChecksConf;
    readonly telemetry: TelemetryConf;
}

export interface BundleEndpointConf {
    readonly address: string;
    readonly port: number;
    readonly refresh_hint?: string;
    readonly profile: object;
}

export interface HealthChecksConf {
    readonly listener_enabled: true;
    /** The default is localhost, which a kubelet can't reach. */
    readonly bind_address: "0.0.0.0";
    readonly bind_port: string;
    readonly live_path: "/live";
    readonly ready_path: "/ready";
}

export interface TelemetryConf {
    readonly Prometheus: {
        readonly host: "0.0.0.0";
        readonly port: number;
        readonly tls?: { readonly use_spire_svid: true; readonly authorized_spiffe_ids: readonly string[] };
    };
}

/** The server's configuration. The settings must have passed `spireFaults`. */
export function serverConf(settings: SpireSettings): ServerConf {
    const { server } = settings;
    return {
        server: {
            trust_domain: settings.trustDomain,
            bind_address: "0.0.0.0",
            bind_port: PORTS.server,
            data_dir: SERVER_PATHS.data,
            socket_path: SERVER_PATHS.socket,
            ca_ttl: server.caTtl,
            default_x509_svid_ttl: server.x509SvidTtl,
            default_jwt_svid_ttl: server.jwtSvidTtl,
            agent_ttl: server.agentTtl,
            ca_key_type: server.caKeyType,
            jwt_key_type: server.jwtKeyType,
            ca_subject: {
                country: server.caSubject.country === undefined ? undefined : [server.caSubject.country],
                organization: [server.caSubject.organization],
                common_name: server.caSubject.commonName,
            },
            jwt_issuer: server.jwtIssuer,
            disable_jwt_svids: server.disableJwtSvids || undefined,
            admin_ids: server.adminIds.length === 0 ? undefined : server.adminIds,
            audit_log_enabled: server.auditLog,
            prune_attested_nodes_expired_for: server.pruneNodesExpiredFor,
            log_level: server.logLevel.toUpperCase(),
            log_format: "json",
            ratelimit: { attestation: true, signing: true },
            federation:
                server.bundleEndpoint === undefined
                    ? undefined
                    : {
                          bundle_endpoint: {
                              address: "0.0.0.0",
                              port: PORTS.federation,
                              refresh_hint: server.bundleEndpoint.refreshHint,
                              profile: bundleEndpointProfile(server.bundleEndpoint.profile),
                          },
                      },
            // The server's own listeners ignore it up to 1.15.3; see docs/spire.md for what enforces it.
            experimental: settings.requirePqKem ? { require_pq_kem: true } : undefined,
        },
        plugins: {
            DataStore: dataStorePlugin(server.dataStore),
            KeyManager: keyManagerPlugin(server.keyManager),
            NodeAttestor: nodeAttestorPlugins(settings),
            BundlePublisher: bundlePublisherPlugins(settings),
            UpstreamAuthority: upstreamAuthorityPlugin(server.upstreamAuthority, settings.requirePqKem),
        },
        health_checks: healthChecks(PORTS.serverHealth),
        telemetry: telemetry(server.metricsTls),
    };
}

/** The health listener on `port`, reachable for the kubelet. */
export function healthChecks(port: number): HealthChecksConf {
    return {
        listener_enabled: true,
        bind_address: "0.0.0.0",
        bind_port: String(port),
        live_path: "/live",
        ready_path: "/ready",
    };
}

/** The Prometheus listener; without TLS a NetworkPolicy is what keeps it to the scraper. */
export function telemetry(tls: MetricsTls): TelemetryConf {
    return {
        Prometheus: {
            host: "0.0.0.0",
            port: PORTS.metrics,
            tls:
                tls.type === "none"
                    ? undefined
                    : { use_spire_svid: true, authorized_spiffe_ids: tls.authorizedSpiffeIds },
        },
    };
}

function bundleEndpointProfile(profile: BundleEndpointProfile): object {
    if (profile.type === "https_spiffe") {
        return { https_spiffe: {} };
    }
    return {
        https_web:
            profile.acme === undefined
                ? {
                      serving_cert_file: {
                          cert_file_path: certificatePath(MATERIAL.bundleEndpoint),
                          key_file_path: keyPath(MATERIAL.bundleEndpoint),
                          // Said to default to an hour, but servers up to 1.15.3 don't start without it.
                          file_sync_interval: "1m",
                      },
                  }
                : {
                      acme: {
                          domain_name: profile.acme.domain,
                          email: profile.acme.email,
                          directory_url: profile.acme.directoryUrl,
                          tos_accepted: profile.acme.termsOfServiceAccepted,
                      },
                  },
    };
}
