import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import type { Server } from "node:https";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";

import type { FederationEndpoint } from "../../src/entry/federation.js";
import { createBundleServer, SpiffeBundle } from "../../src/entry/federation.js";
import { JwtBundle } from "../../src/entry/jwt.js";
import { StaticX509Provider, TrustDomain, X509BundleSet } from "../../src/index.js";
import { TestCa } from "./ca.js";

export const partner = TrustDomain.parse("partner.test");

export function bundleOf(ca: TestCa, sequence: bigint, refreshHintSeconds?: number): SpiffeBundle {
    return new SpiffeBundle({ x509: ca.bundle, jwt: new JwtBundle(ca.trustDomain, []), sequence, refreshHintSeconds });
}

export async function identityOf(issuer: TestCa, id = "/bundle-server"): Promise<StaticX509Provider> {
    return new StaticX509Provider({ svid: await issuer.issue(id), bundles: new X509BundleSet([issuer.bundle]) });
}

/** Bundle endpoints of the trust domain partner.test on this machine. */
export class BundleEndpoints {
    private readonly servers: Server[] = [];

    private authority: TestCa | undefined;

    private constructor() {}

    /** For the tests of the suite that this is called in; what a test has started ends with it. */
    static forTests(): BundleEndpoints {
        const endpoints = new BundleEndpoints();
        before(async () => {
            endpoints.authority = await TestCa.create(partner.name);
        });
        afterEach(() => endpoints.close());
        return endpoints;
    }

    /** The trust domain's authority, which is there inside tests. */
    get ca(): TestCa {
        return this.authority ?? assert.fail("it is only there inside tests");
    }

    /** @returns the URL of its path `/` */
    async listen(server: Server): Promise<string> {
        this.servers.push(server);
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return `https://localhost:${(server.address() as AddressInfo).port}/`;
    }

    /** A web server of our own making, with a certificate for localhost. */
    async web(handler: RequestListener): Promise<FederationEndpoint> {
        const web = await this.ca.issue("/web-server", { dnsNames: ["localhost"] });
        const url = await this.listen(createServer({ cert: web.certPem(), key: web.keyPem() }, handler));
        return { trustDomain: partner, url, profile: { type: "https_web", ca: this.ca.certificate.toString() } };
    }

    async spiffe(identity: StaticX509Provider, bundle: () => SpiffeBundle): Promise<FederationEndpoint> {
        const url = await this.listen(createBundleServer({ profile: { type: "https_spiffe", identity }, bundle }));
        return this.endpointOf(identity, url);
    }

    /** An endpoint whose server shows an SVID and answers whatever the handler says. */
    async spiffeHandler(identity: StaticX509Provider, handler: RequestListener): Promise<FederationEndpoint> {
        const { svid } = identity.snapshot();
        const url = await this.listen(createServer({ cert: svid.certPem(), key: svid.keyPem() }, handler));
        return this.endpointOf(identity, url);
    }

    private close(): void {
        for (const server of this.servers.splice(0)) {
            server.closeAllConnections();
            server.close();
        }
    }

    private endpointOf(identity: StaticX509Provider, url: string): FederationEndpoint {
        const endpointId = identity.snapshot().svid.id;
        const profile = { type: "https_spiffe", endpointId, endpointBundle: this.ca.bundle } as const;
        return { trustDomain: partner, url, profile };
    }
}
