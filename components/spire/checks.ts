import { RESERVED_DOMAIN } from "../../policies/controls/identity/spire";
import { MYSQL_PASSWORD_VARIABLE, needsExpansion } from "./config/data-store";
import { render } from "./config/json";
import { serverConf } from "./config/server";
import { checkedMilliseconds, formatDuration } from "./duration";
import { exposureFaults } from "./exposure";
import { NAMESPACE } from "./layout";
import type { AgentSettings, MetricsTls, ServerSettings, SpireSettings, Vault } from "./model";
import { CLOUD_ATTESTORS } from "./outside-settings";
import { pluginFaults, versionFaults } from "./versions";

/** Tags of the images that will run. */
export interface SpireVersions {
    readonly server: string;
    readonly agent: string;
}

const HOUR = 3_600_000;

/** An SVID is never issued for longer than this part of the CA's life (SPIRE, "ca_ttl"). */
const CA_TTL_PARTS = 6;

/**
 * What does not fit together in the settings, each with its path: what SPIRE would refuse at its start, shorten, or accept
 * in silence. The shape must have been checked by `spireSettings` before.
 *
 * @param path where the settings stand, e.g. `x0tta6bl4:spire`
 */
export function spireFaults(settings: SpireSettings, versions: SpireVersions, path: string): readonly string[] {
    return [
        ...trustDomainFaults(settings, path),
        ...ttlFaults(settings, path),
        ...serverFaults(settings, `${path}.server`, `${path}.agent`),
        ...oidcFaults(settings, path),
        ...federationFaults(settings, path),
        ...agentFaults(settings.agent, settings.server, `${path}.agent`),
        ...registrationFaults(settings, path),
        ...versionFaults(versions.server, versions.agent).map((fault) => `${path}: ${fault}`),
        ...pluginFaults(settings.server, versions.server).map((fault) => `${path}.server.${fault}`),
    ];
}

function trustDomainFaults({ trustDomain, leavingTrustDomain }: SpireSettings, path: string): readonly string[] {
    return [
        ...(RESERVED_DOMAIN.test(trustDomain)
            ? [`${path}.trustDomain is "${trustDomain}", a name reserved for documentation and tests; use one you own`]
            : []),
        ...(leavingTrustDomain === trustDomain
            ? [
                  `${path}.leavingTrustDomain is the trust domain in use; name the one that is left, or remove the setting once every identity is re-issued`,
              ]
            : []),
    ];
}

function ttlFaults({ server, staticEntries }: SpireSettings, path: string): readonly string[] {
    const longest = checkedMilliseconds(server.caTtl) / CA_TTL_PARTS;
    const ttls: readonly (readonly [string, string | undefined])[] = [
        ["server.x509SvidTtl", server.x509SvidTtl],
        ["server.jwtSvidTtl", server.jwtSvidTtl],
        ["server.agentTtl", server.agentTtl],
        ...staticEntries.flatMap(({ x509SvidTtl, jwtSvidTtl }, index) => [
            [`staticEntries[${index}].x509SvidTtl`, x509SvidTtl] as const,
            [`staticEntries[${index}].jwtSvidTtl`, jwtSvidTtl] as const,
        ]),
    ];
    return ttls.flatMap(([name, ttl]) =>
        ttl === undefined ? [] : ttlFault(`${path}.${name}`, ttl, server.caTtl, longest),
    );
}

function ttlFault(path: string, ttl: string, caTtl: string, longest: number): readonly string[] {
    return checkedMilliseconds(ttl) > longest
        ? [
              `${path} is ${ttl}; with a caTtl of ${caTtl} SPIRE issues for at most ${formatDuration(longest)}, a sixth of it, without a word. Shorten it or lengthen caTtl`,
          ]
        : [];
}

function serverFaults(settings: SpireSettings, path: string, agentPath: string): readonly string[] {
    const { server } = settings;
    const { replicas, dataStore, keyManager, upstreamAuthority } = server;
    return [
        ...(dataStore.type === "sqlite" && replicas > 1
            ? [
                  `${path}.replicas is ${replicas}, but a sqlite data store is a file that one server can use; set 1 or use postgres or mysql`,
              ]
            : []),
        ...(keyManager.type === "memory" && upstreamAuthority.type === "none"
            ? [
                  `${path}.keyManager is memory without an upstreamAuthority: every restart would make a new root that nobody trusts yet; use disk, a key service or an upstream authority`,
              ]
            : []),
        ...appRoleFaults(keyManager.type === "vault" ? keyManager : undefined, upstreamAuthority, path),
        ...(settings.controllerManager.validation === "webhook" && replicas > 1
            ? [
                  `${path}.replicas is ${replicas}, but the webhook of a standby manager serves an expired certificate after a day (spire-controller-manager#450); set controllerManager.validation to admissionPolicy`,
              ]
            : []),
        ...repeats(server.nodeAttestors.map(({ type }) => type)).map(
            (type) => `${path}.nodeAttestors names ${type} twice; SPIRE takes a plugin once`,
        ),
        ...repeats(server.bundlePublishers.map(({ type }) => type)).map(
            (type) => `${path}.bundlePublishers names ${type} twice; SPIRE takes a plugin once`,
        ),
        ...server.nodeAttestors.flatMap((attestor, index) =>
            attestor.type === "x509pop" && (attestor.mode === "externalPki") !== (attestor.trustAnchor !== undefined)
                ? [
                      attestor.mode === "externalPki"
                          ? `${path}.nodeAttestors[${index}].trustAnchor is missing: externalPki needs the CA of the nodes' certificates`
                          : `${path}.nodeAttestors[${index}].trustAnchor has no use in the mode spiffe; remove it`,
                  ]
                : [],
        ),
        ...server.adminIds
            .filter((id) => !inTrustDomain(id, settings.trustDomain))
            .map((id) => `${path}.adminIds holds ${id}, which is not of the trust domain ${settings.trustDomain}`),
        ...(server.disableJwtSvids && server.jwtIssuer !== undefined
            ? [`${path}.jwtIssuer has no use with disableJwtSvids; remove one of them`]
            : []),
        ...metricsFaults(server.metricsTls, settings.trustDomain, `${path}.metricsTls`),
        ...metricsFaults(settings.agent.metricsTls, settings.trustDomain, `${agentPath}.metricsTls`),
        ...needEgress(settings, path, agentPath),
        ...exposureFaults(settings, path),
        ...expansionFaults(settings, path),
    ];
}

/** The OIDC provider publishes keys under the issuer's name, and gets its own identity like any other pod. */
function oidcFaults({ oidcProvider, server, controllerManager }: SpireSettings, path: string): readonly string[] {
    if (oidcProvider === undefined) {
        return [];
    }
    return [
        ...(server.disableJwtSvids
            ? [`${path}.server.disableJwtSvids leaves the oidcProvider without keys to publish; remove one of them`]
            : []),
        ...(server.jwtIssuer !== `https://${oidcProvider.domain}`
            ? [
                  `${path}.server.jwtIssuer is ${server.jwtIssuer ?? "missing"}; verifiers look for the keys of an issuer there, so it must be https://${oidcProvider.domain}, where the oidcProvider serves them`,
              ]
            : []),
        ...(controllerManager.ignoreNamespaces.includes(NAMESPACE)
            ? [
                  `${path}.controllerManager.ignoreNamespaces holds ${NAMESPACE}, where the oidcProvider needs an identity; remove it`,
              ]
            : []),
    ];
}

function appRoleFaults(
    manager: Vault | undefined,
    upstream: ServerSettings["upstreamAuthority"],
    path: string,
): readonly string[] {
    return manager?.auth.method === "appRole" &&
        upstream.type === "vault" &&
        upstream.auth.method === "appRole" &&
        JSON.stringify([manager.auth.roleId, manager.auth.secretId]) !==
            JSON.stringify([upstream.auth.roleId, upstream.auth.secretId])
        ? [
              `${path}.keyManager and upstreamAuthority log in to Vault by two AppRoles, but SPIRE reads one pair of variables (VAULT_APPROLE_ID, VAULT_APPROLE_SECRET_ID); use the same, or the kubernetes method`,
          ]
        : [];
}

/** What is outside the cluster can't be reached unless the network is told of it. */
function needEgress(
    { server, agent, federatedTrustDomains }: SpireSettings,
    path: string,
    agentPath: string,
): readonly string[] {
    const { dataStore, keyManager, upstreamAuthority, egress, bundlePublishers, nodeAttestors } = server;
    const outside = [
        ...(dataStore.type === "sqlite" ? [] : [`the data store ${dataStore.host}`]),
        ...(keyManager.type === "disk" || keyManager.type === "memory" ? [] : [`the key manager ${keyManager.type}`]),
        ...(["none", "disk", "certManager"].includes(upstreamAuthority.type)
            ? []
            : [`the upstream authority ${upstreamAuthority.type}`]),
        ...bundlePublishers.map(({ type }) => `the bundle publisher ${type}`),
        ...nodeAttestors.filter(({ type }) => type in CLOUD_ATTESTORS).map(({ type }) => `the cloud that ${type} asks`),
        ...federatedTrustDomains.map(({ bundleEndpointUrl }) => bundleEndpointUrl),
    ];
    return [
        ...(outside.length > 0 && egress.length === 0
            ? [`${path}.egress is empty, so the servers can't reach ${outside.join(", ")}; name addresses and ports`]
            : []),
        ...(agent.sigstore !== undefined && agent.egress.length === 0
            ? [
                  `${agentPath}.egress is empty, so the agents can't reach the registry and the transparency log that sigstore asks; name addresses and ports`,
              ]
            : []),
    ];
}

/** `-expandEnv` replaces `$NAME` anywhere in the file, so nothing but the password may hold a dollar sign. */
function expansionFaults(settings: SpireSettings, path: string): readonly string[] {
    if (!needsExpansion(settings.server.dataStore)) {
        return [];
    }
    const text = render(serverConf(settings)).replaceAll(`\${${MYSQL_PASSWORD_VARIABLE}}`, "");
    return text.includes("$")
        ? [
              `${path}: a setting holds a dollar sign, which the server would replace by an environment variable while it reads the database password; remove it`,
          ]
        : [];
}

function metricsFaults(tls: MetricsTls, trustDomain: string, path: string): readonly string[] {
    return tls.type === "none"
        ? []
        : tls.authorizedSpiffeIds
              .filter((id) => !inTrustDomain(id, trustDomain))
              .map((id) => `${path}.authorizedSpiffeIds holds ${id}, which is not of the trust domain ${trustDomain}`);
}

function agentFaults(agent: AgentSettings, server: ServerSettings, path: string): readonly string[] {
    const target = agent.availabilityTarget === undefined ? undefined : checkedMilliseconds(agent.availabilityTarget);
    return [
        ...(agent.kubelet.verify === "hostCertificate" && agent.kubelet.address === "hostIP"
            ? [
                  `${path}.kubelet.address is hostIP, but a kubelet's self-signed certificate names the node only; set nodeName or verify by clusterCa`,
              ]
            : []),
        ...(target !== undefined && target < 24 * HOUR
            ? [`${path}.availabilityTarget is ${agent.availabilityTarget}; SPIRE accepts 24h or more`]
            : []),
        ...(target !== undefined && target >= 24 * HOUR && checkedMilliseconds(server.x509SvidTtl) < target + 12 * HOUR
            ? [
                  `${path}.availabilityTarget is ${agent.availabilityTarget}, which needs an x509SvidTtl of at least ${formatDuration(target + 12 * HOUR)}; it is ${server.x509SvidTtl}`,
              ]
            : []),
    ];
}

function federationFaults(
    { trustDomain, server, federatedTrustDomains }: SpireSettings,
    path: string,
): readonly string[] {
    const profile = server.bundleEndpoint?.profile;
    const endpoint = `${path}.server.bundleEndpoint.profile`;
    const web = profile?.type === "https_web" ? profile : undefined;
    return [
        ...(web !== undefined && (web.certificate === undefined) === (web.acme === undefined)
            ? [`${endpoint} must name either certificate or acme, found ${web.acme === undefined ? "neither" : "both"}`]
            : []),
        ...(web?.acme?.termsOfServiceAccepted === false
            ? [`${endpoint}.acme.termsOfServiceAccepted is false; without consent the ACME server issues nothing`]
            : []),
        ...federatedTrustDomains.flatMap((domain, index) => {
            const at = `${path}.federatedTrustDomains[${index}]`;
            return [
                ...(domain.trustDomain === trustDomain
                    ? [`${at}.trustDomain is this installation's own; federation is with others`]
                    : []),
                ...(domain.profile.type === "https_spiffe" && domain.profile.bundle === undefined
                    ? [
                          `${at}.profile.bundle is missing: https_spiffe is verified with the foreign bundle, so the first one must be given`,
                      ]
                    : []),
            ];
        }),
        ...repeats(federatedTrustDomains.map((domain) => domain.trustDomain)).map(
            (name) => `${path}.federatedTrustDomains names ${name} twice`,
        ),
    ];
}

function registrationFaults(
    { trustDomain, federatedTrustDomains, staticEntries }: SpireSettings,
    path: string,
): readonly string[] {
    const federated = federatedTrustDomains.map((domain) => domain.trustDomain);
    return [
        ...staticEntries.flatMap((entry, index) => {
            const at = `${path}.staticEntries[${index}]`;
            return [
                ...[entry.spiffeId, entry.parentId]
                    .filter((id) => !inTrustDomain(id, trustDomain))
                    .map((id) => `${at} names ${id}, which is not of the trust domain ${trustDomain}`),
                ...(`${entry.spiffeId}/`.startsWith(`spiffe://${trustDomain}/spire/`)
                    ? [
                          `${at}.spiffeId is ${entry.spiffeId}; SPIRE keeps paths under /spire/ to itself and refuses the entry`,
                      ]
                    : []),
                ...unknownFederation(entry.federatesWith, federated, at),
            ];
        }),
        ...repeats(staticEntries.map(({ name }) => name)).map((name) => `${path}.staticEntries names ${name} twice`),
    ];
}

/** Trust domains that an entry federates with and the installation does not know. */
export function unknownFederation(
    wanted: readonly string[],
    federated: readonly string[],
    path: string,
): readonly string[] {
    return wanted
        .filter((name) => !federated.includes(name))
        .map((name) => `${path}.federatesWith holds ${name}, which is not among federatedTrustDomains`);
}

function inTrustDomain(spiffeId: string, trustDomain: string): boolean {
    return spiffeId.startsWith(`spiffe://${trustDomain}/`);
}

function repeats(values: readonly string[]): readonly string[] {
    return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
