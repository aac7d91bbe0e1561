import type { Control } from "../../engine/control";
import { spireAdminsLimited } from "./spire-admins-limited";
import { spireAgentVerifiesKubelet } from "./spire-agent-verifies-kubelet";
import { spireAgentVerifiesServer } from "./spire-agent-verifies-server";
import { spireAttestationRestricted } from "./spire-attestation-restricted";
import { spireAudited } from "./spire-audited";
import { spireBundlePublisher } from "./spire-bundle-publisher";
import { spireConfigReadable } from "./spire-config-readable";
import { spireDatabaseVerified } from "./spire-database-verified";
import { spireEntriesScoped } from "./spire-entries-scoped";
import { spireFederationVerified } from "./spire-federation-verified";
import { spireHostAccess } from "./spire-host-access";
import { spireKeysSurvive } from "./spire-keys-survive";
import { spireKnownKeys } from "./spire-known-keys";
import { spireMapsWrapped } from "./spire-maps-wrapped";
import { spireNamesAgree } from "./spire-names-agree";
import { spireNoJoinTokens } from "./spire-no-join-tokens";
import { spirePqKeyExchange } from "./spire-pq-key-exchange";
import { spireServerIsolated } from "./spire-server-isolated";
import { spireSqliteSingleReplica } from "./spire-sqlite-single-replica";
import { spireStrongKeys } from "./spire-strong-keys";
import { spireTokenAudienceMatches } from "./spire-token-audience-matches";
import { spireTrustDomainOwned } from "./spire-trust-domain-owned";
import { spireTtlsBounded } from "./spire-ttls-bounded";
import { spireVersionsFit } from "./spire-versions-fit";
import { workloadApiThroughCsi } from "./workload-api-through-csi";

/** SPIFFE identities, SPIRE and post-quantum key exchange, in reading order: trust, attestation, entries, keys, operation. */
export const identityControls: readonly Control[] = [
    spireTrustDomainOwned,
    spireNamesAgree,
    spireAgentVerifiesServer,
    spireAgentVerifiesKubelet,
    spirePqKeyExchange,
    spireAttestationRestricted,
    spireTokenAudienceMatches,
    spireNoJoinTokens,
    spireEntriesScoped,
    spireAdminsLimited,
    spireFederationVerified,
    spireStrongKeys,
    spireKeysSurvive,
    spireTtlsBounded,
    spireDatabaseVerified,
    spireSqliteSingleReplica,
    spireVersionsFit,
    spireAudited,
    spireBundlePublisher,
    spireConfigReadable,
    spireKnownKeys,
    spireMapsWrapped,
    spireHostAccess,
    spireServerIsolated,
    workloadApiThroughCsi,
];
