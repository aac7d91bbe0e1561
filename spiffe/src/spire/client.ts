import { X509Certificate } from "node:crypto";

import type { SpiffeId } from "../id.js";
import { Agents } from "./agents.js";
import { Authorities } from "./authorities.js";
import { Bundles } from "./bundles.js";
import type { SpireConnectionOptions } from "./connection.js";
import { SpireConnection } from "./connection.js";
import { toWireId } from "./convert.js";
import { Entries } from "./entries.js";
import { Federation } from "./federation.js";
import { SVID } from "./gen/spire/api/server/svid/svid_pb.js";

/**
 * The SPIRE server API, for registration and administration. Over the server's own socket every caller is an administrator;
 * over TCP the credentials must hold an SVID whose entry or ID is an admin's.
 */
export class SpireServerClient {
    readonly entries: Entries;
    readonly agents: Agents;
    readonly bundles: Bundles;
    readonly federation: Federation;
    readonly authorities: Authorities;
    private readonly connection: SpireConnection;

    /** @throws {SpiffeError} `invalid_address` for TCP without credentials */
    constructor(options: SpireConnectionOptions) {
        this.connection = new SpireConnection(options);
        this.entries = new Entries(this.connection);
        this.agents = new Agents(this.connection);
        this.bundles = new Bundles(this.connection);
        this.federation = new Federation(this.connection);
        this.authorities = new Authorities(this.connection);
    }

    /**
     * Has the server sign an X.509-SVID without an agent.
     *
     * @param csr PKCS#10, DER, with the SPIFFE ID as its URI SAN
     * @returns the chain, leaf first
     */
    async mintX509Svid(csr: Uint8Array, options: { ttlSeconds?: number } = {}): Promise<readonly X509Certificate[]> {
        const { svid } = await this.connection.call(SVID.method.mintX509SVID, { csr, ttl: options.ttlSeconds ?? 0 });
        return (svid?.certChain ?? []).map((der) => new X509Certificate(der));
    }

    /** Has the server sign a JWT-SVID without an agent. The result is a secret. */
    async mintJwtSvid(
        id: SpiffeId,
        audience: readonly [string, ...string[]],
        options: { ttlSeconds?: number } = {},
    ): Promise<string> {
        const { svid } = await this.connection.call(SVID.method.mintJWTSVID, {
            id: toWireId(id),
            audience: [...audience],
            ttl: options.ttlSeconds ?? 0,
        });
        return svid?.token ?? "";
    }

    close(): void {
        this.connection.close();
    }
}
