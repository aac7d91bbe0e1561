import { X509Certificate } from "node:crypto";

import { X509Bundle } from "../bundle.js";
import { TrustDomain } from "../id.js";
import type { SpireConnection } from "./connection.js";
import { requireOk } from "./connection.js";
import {
    BatchDeleteFederatedBundleRequest_Mode,
    Bundle as BundleService,
} from "./gen/spire/api/server/bundle/bundle_pb.js";
import type { Bundle } from "./gen/spire/api/types/types_pb.js";

const PAGE_SIZE = 100;

/** A trust bundle as the server keeps it. */
export interface ServerBundle {
    readonly x509: X509Bundle;
    /** Authorities that are on their way out: what they signed is being replaced. */
    readonly tainted: readonly X509Certificate[];
    readonly jwtKeyIds: readonly string[];
    readonly sequence: bigint;
    readonly refreshHintSeconds: number;
}

/** What becomes of entries that federate with a trust domain whose bundle is deleted. */
export type FederatedDeletion = "restrict" | "delete" | "dissociate";

const DELETION_MODES: Readonly<Record<FederatedDeletion, BatchDeleteFederatedBundleRequest_Mode>> = {
    restrict: BatchDeleteFederatedBundleRequest_Mode.RESTRICT,
    delete: BatchDeleteFederatedBundleRequest_Mode.DELETE,
    dissociate: BatchDeleteFederatedBundleRequest_Mode.DISSOCIATE,
};

/** Bundles of the SPIRE server (service `spire.api.server.bundle.v1.Bundle`). */
export class Bundles {
    constructor(private readonly connection: SpireConnection) {}

    /** The server's own bundle. */
    async get(): Promise<ServerBundle> {
        return fromWireBundle(await this.connection.call(BundleService.method.getBundle, {}));
    }

    /** @throws {SpireApiError} `not_found` */
    async getFederated(trustDomain: TrustDomain): Promise<ServerBundle> {
        const request = { trustDomain: trustDomain.name };
        return fromWireBundle(await this.connection.call(BundleService.method.getFederatedBundle, request));
    }

    async *listFederated(): AsyncGenerator<ServerBundle, void, undefined> {
        let pageToken = "";
        do {
            const page = await this.connection.call(BundleService.method.listFederatedBundles, {
                pageSize: PAGE_SIZE,
                pageToken,
            });
            yield* page.bundles.map(fromWireBundle);
            pageToken = page.nextPageToken;
        } while (pageToken !== "");
    }

    /** Creates or replaces the bundle of another trust domain. */
    async setFederated(bundle: X509Bundle): Promise<void> {
        const { results } = await this.connection.call(BundleService.method.batchSetFederatedBundle, {
            bundle: [
                {
                    trustDomain: bundle.trustDomain.name,
                    x509Authorities: bundle.authorities.map((authority) => ({ asn1: authority.raw })),
                },
            ],
            outputMask: {},
        });
        requireOk("Bundle.BatchSetFederatedBundle", results[0]?.status);
    }

    /** @throws {SpireApiError} `failed_precondition` in mode `restrict` while entries federate with the trust domain */
    async deleteFederated(trustDomain: TrustDomain, mode: FederatedDeletion = "restrict"): Promise<void> {
        const { results } = await this.connection.call(BundleService.method.batchDeleteFederatedBundle, {
            trustDomains: [trustDomain.name],
            mode: DELETION_MODES[mode],
        });
        requireOk("Bundle.BatchDeleteFederatedBundle", results[0]?.status);
    }
}

function fromWireBundle(bundle: Bundle): ServerBundle {
    const authorities = bundle.x509Authorities.map(({ asn1, tainted }) => ({
        certificate: new X509Certificate(asn1),
        tainted,
    }));
    return {
        x509: new X509Bundle(
            TrustDomain.parse(bundle.trustDomain),
            authorities.map(({ certificate }) => certificate),
        ),
        tainted: authorities.filter(({ tainted }) => tainted).map(({ certificate }) => certificate),
        jwtKeyIds: bundle.jwtAuthorities.map(({ keyId }) => keyId),
        sequence: bundle.sequenceNumber,
        refreshHintSeconds: Number(bundle.refreshHint),
    };
}
