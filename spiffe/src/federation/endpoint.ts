import { requireInstance, requireObject, requireOneOf, requireText } from "../arguments.js";
import type { X509Bundle } from "../bundle.js";
import { FederationError } from "../errors.js";
import { SpiffeId, TrustDomain } from "../id.js";

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
        requireInstance(profile.endpointId, SpiffeId, "endpoint.profile.endpointId");
    }
    requireText(url, "endpoint.url");
    checkEndpointUrl(url);
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
    if (url.username !== "" || url.password !== "") {
        throw new FederationError(
            "invalid_endpoint",
            `the URL of the bundle endpoint at ${url.host} must not contain a user`,
        );
    }
    return url;
}
