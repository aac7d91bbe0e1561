import type { SecureContextOptions } from "node:tls";

import { requireInstance, requireObject, requireOneOf, requirePem, requireText } from "../arguments.js";
import { X509Bundle } from "../bundle.js";
import { FederationError } from "../errors.js";
import { SpiffeId, TrustDomain } from "../id.js";
import { CIPHERS } from "../tls/policy.js";

/**
 * What both ends of an endpoint speak: TLS 1.2 and 1.3 with the ciphers of Mozilla's intermediate settings (SPIFFE Federation section 5),
 * where Node's own list has more.
 */
export const ENDPOINT_TLS: SecureContextOptions = { minVersion: "TLSv1.2", ciphers: CIPHERS };

/** The endpoint is authenticated like any web server (SPIFFE Federation section 5.2.1). */
export interface WebProfile {
    readonly type: "https_web";
    /** PEM authorities in place of those of the Web PKI. */
    readonly ca?: string | Buffer;
}

/** The endpoint is authenticated by an X.509-SVID (SPIFFE Federation section 5.2.2). */
export interface SpiffeProfile {
    readonly type: "https_spiffe";
    /** The SPIFFE ID the endpoint must have. */
    readonly endpointId: SpiffeId;
    /**
     * The bundle of the endpoint's own trust domain: a fixed one to bootstrap with, or where to get the latest. When the endpoint serves
     * its own trust domain's bundle, a watch goes on with what it fetched.
     */
    readonly endpointBundle: X509Bundle | (() => X509Bundle | undefined);
}

/** The parameters of a relationship: all explicit, none inferred from another (SPIFFE Federation section 5.1). */
export interface FederationEndpoint {
    /** Whose bundle it is: the document doesn't say. */
    readonly trustDomain: TrustDomain;
    readonly url: string;
    readonly profile: WebProfile | SpiffeProfile;
}

/** Refuses what plain JavaScript got wrong. @throws {SpiffeError} an `ArgumentError`, or a {@link FederationError} `invalid_endpoint` */
export function checkEndpoint(endpoint: unknown): void {
    requireObject(endpoint, "endpoint");
    const { trustDomain, url, profile } = endpoint as Partial<FederationEndpoint>;
    requireInstance(trustDomain, TrustDomain, "endpoint.trustDomain");
    requireObject(profile, "endpoint.profile");
    requireOneOf(profile.type, ["https_web", "https_spiffe"], "endpoint.profile.type");
    if (profile.type === "https_spiffe") {
        checkSpiffeProfile(profile);
    } else if (profile.ca !== undefined) {
        requirePem(profile.ca, "endpoint.profile.ca");
    }
    requireText(url, "endpoint.url");
    checkEndpointUrl(url);
}

/** The part before the host of an `https` URL, or of one without a scheme: an empty user doesn't outlive parsing. */
const EMPTY_USER = /^(?:https:[/\\]*|[/\\]{2,})[^/\\?#]*@/i;

function checkSpiffeProfile({ endpointId, endpointBundle }: SpiffeProfile): void {
    requireInstance(endpointId, SpiffeId, "endpoint.profile.endpointId");
    if (typeof endpointBundle === "function") {
        return;
    }
    requireInstance(endpointBundle, X509Bundle, "endpoint.profile.endpointBundle");
    if (!endpointId.memberOf(endpointBundle.trustDomain)) {
        throw new FederationError(
            "invalid_endpoint",
            `the bundle of ${endpointBundle.trustDomain} can't prove the endpoint ${endpointId}`,
        );
    }
}

/**
 * Checks the URL of an endpoint, or one it redirects to: https, and no user.
 *
 * @throws {FederationError} `invalid_endpoint`
 */
export function checkEndpointUrl(text: string, base?: URL): URL {
    if (!URL.canParse(text, base?.href)) {
        throw new FederationError("invalid_endpoint", `${JSON.stringify(text)} is not a URL`);
    }
    const url = new URL(text, base?.href);
    if (url.protocol !== "https:") {
        throw new FederationError(
            "invalid_endpoint",
            `the bundle endpoint ${url.protocol}//${url.host} must use https`,
        );
    }
    if (url.username !== "" || url.password !== "" || EMPTY_USER.test(text.trim())) {
        throw new FederationError(
            "invalid_endpoint",
            `the URL of the bundle endpoint at ${url.host} must not contain a user`,
        );
    }
    return url;
}
