import type { MessageInitShape } from "@bufbuild/protobuf";

import type { X509Bundle } from "../bundle.js";
import { SpiffeError } from "../errors.js";
import { SpiffeId, TrustDomain } from "../id.js";
import { STATUS } from "../rpc.js";
import type { SpireConnection } from "./connection.js";
import { requireOk } from "./connection.js";
import { TrustDomain as TrustDomainService } from "./gen/spire/api/server/trustdomain/trustdomain_pb.js";
import type { FederationRelationship, FederationRelationshipSchema } from "./gen/spire/api/types/types_pb.js";

const PAGE_SIZE = 100;

/** Where the server fetches another trust domain's bundle. Nothing is inferred: all three parameters are explicit. */
export interface FederationRelation {
    readonly trustDomain: TrustDomain;
    /** An https URL. */
    readonly endpointUrl: string;
    readonly profile: { readonly type: "https_web" } | { readonly type: "https_spiffe"; readonly endpointId: SpiffeId };
    /** For https_spiffe: the bundle that authenticates the first fetch. */
    readonly bootstrap?: X509Bundle;
}

/** Federation relationships of the SPIRE server (service `spire.api.server.trustdomain.v1.TrustDomain`). */
export class Federation {
    constructor(private readonly connection: SpireConnection) {}

    async *list(): AsyncGenerator<FederationRelation, void, undefined> {
        let pageToken = "";
        do {
            const page = await this.connection.call(TrustDomainService.method.listFederationRelationships, {
                pageSize: PAGE_SIZE,
                pageToken,
            });
            yield* page.federationRelationships.map(fromWireRelation);
            pageToken = page.nextPageToken;
        } while (pageToken !== "");
    }

    /** @throws {SpireApiError} `not_found` */
    async get(trustDomain: TrustDomain): Promise<FederationRelation> {
        const request = { trustDomain: trustDomain.name };
        return fromWireRelation(
            await this.connection.call(TrustDomainService.method.getFederationRelationship, request),
        );
    }

    /** Creates the relation, or replaces the one there is. */
    async set(relation: FederationRelation): Promise<void> {
        const federationRelationships = [toWireRelation(relation)];
        const created = await this.connection.call(TrustDomainService.method.batchCreateFederationRelationship, {
            federationRelationships,
        });
        if (created.results[0]?.status?.code !== STATUS.ALREADY_EXISTS) {
            requireOk("TrustDomain.BatchCreateFederationRelationship", created.results[0]?.status);
            return;
        }
        const updated = await this.connection.call(TrustDomainService.method.batchUpdateFederationRelationship, {
            federationRelationships,
        });
        requireOk("TrustDomain.BatchUpdateFederationRelationship", updated.results[0]?.status);
    }

    async delete(trustDomain: TrustDomain): Promise<void> {
        const { results } = await this.connection.call(TrustDomainService.method.batchDeleteFederationRelationship, {
            trustDomains: [trustDomain.name],
        });
        requireOk("TrustDomain.BatchDeleteFederationRelationship", results[0]?.status);
    }

    /** Has the server fetch the bundle now. */
    async refresh(trustDomain: TrustDomain): Promise<void> {
        await this.connection.call(TrustDomainService.method.refreshBundle, { trustDomain: trustDomain.name });
    }
}

function toWireRelation(relation: FederationRelation): MessageInitShape<typeof FederationRelationshipSchema> {
    const { profile, bootstrap } = relation;
    return {
        trustDomain: relation.trustDomain.name,
        bundleEndpointUrl: relation.endpointUrl,
        bundleEndpointProfile:
            profile.type === "https_web"
                ? { case: "httpsWeb", value: {} }
                : { case: "httpsSpiffe", value: { endpointSpiffeId: profile.endpointId.toString() } },
        trustDomainBundle: bootstrap && {
            trustDomain: bootstrap.trustDomain.name,
            x509Authorities: bootstrap.authorities.map((authority) => ({ asn1: authority.raw })),
        },
    };
}

function fromWireRelation(relation: FederationRelationship): FederationRelation {
    const profile = relation.bundleEndpointProfile;
    if (profile.case === undefined) {
        throw new SpiffeError(
            "unknown_profile",
            `the federation relationship with ${relation.trustDomain} has a bundle endpoint profile this library doesn't know`,
        );
    }
    return {
        trustDomain: TrustDomain.parse(relation.trustDomain),
        endpointUrl: relation.bundleEndpointUrl,
        profile:
            profile.case === "httpsWeb"
                ? { type: "https_web" }
                : { type: "https_spiffe", endpointId: SpiffeId.parse(profile.value.endpointSpiffeId) },
    };
}
