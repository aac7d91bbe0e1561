import type { RequestListener } from "node:http";
import type { Server } from "node:https";
import { createServer } from "node:https";
import type { SecureContextOptions } from "node:tls";

import { requireFunction, requireObject, requireOneOf, requireText } from "../arguments.js";
import { reportCallbackFailure } from "../callbacks.js";
import { ArgumentError } from "../errors.js";
import type { X509Provider } from "../source.js";
import type { SpiffeBundle } from "../spiffebundle.js";
import { subscribe } from "../subscription.js";
import { checkIdentity } from "../tls/policy-check.js";
import { ENDPOINT_TLS } from "./endpoint.js";

/** How a bundle endpoint proves itself; it never asks clients to. */
export type ServingProfile =
    | { readonly type: "https_web"; readonly cert: string | Buffer; readonly key: string | Buffer }
    | { readonly type: "https_spiffe"; readonly identity: X509Provider };

/** What {@link createBundleServer} serves, and how. */
export interface BundleServerOptions {
    readonly profile: ServingProfile;
    /** Gives the latest bundle; asked for each request. */
    readonly bundle: () => SpiffeBundle;
    /** Where the bundle is served. Defaults to `/`. */
    readonly path?: string;
}

/** Answers GET requests for `path` with the latest bundle (SPIFFE Federation section 5.2); usable in any server of node:https. */
export function bundleHandler(bundle: () => SpiffeBundle, path = "/"): RequestListener {
    requireFunction(bundle, "bundle");
    requireText(path, "path");
    if (!path.startsWith("/")) {
        throw new ArgumentError('path must begin with "/": no request asks for another');
    }
    return (request, response) => {
        const asked = (request.url ?? "").split("?", 1)[0];
        if (asked !== path) {
            response.writeHead(404).end();
            return;
        }
        if (request.method !== "GET" && request.method !== "HEAD") {
            response.writeHead(405, { allow: "GET, HEAD" }).end();
            return;
        }
        let body: string;
        try {
            body = bundle().marshal();
        } catch (error) {
            // Without a bundle there is nothing true to say; the client keeps what it has and comes back.
            reportCallbackFailure("Serving a SPIFFE bundle", error);
            response.writeHead(503).end();
            return;
        }
        response.writeHead(200, {
            "content-type": "application/json",
            "content-length": Buffer.byteLength(body),
            "cache-control": "no-cache",
        });
        response.end(request.method === "HEAD" ? undefined : body);
    };
}

/** A bundle endpoint; `listen` is up to the caller. With `https_spiffe` it shows each new SVID as it comes. */
export function createBundleServer(options: BundleServerOptions): Server {
    requireObject(options, "options");
    const { profile } = options;
    requireObject(profile, "options.profile");
    requireOneOf(profile.type, ["https_web", "https_spiffe"], "options.profile.type");
    if (profile.type === "https_spiffe") {
        checkIdentity(profile.identity);
    }
    const handler = bundleHandler(options.bundle, options.path);
    // No client certificates are asked for.
    const context = (): SecureContextOptions => ({ ...credentials(profile), ...ENDPOINT_TLS });
    const server = createServer(context(), handler);
    if (profile.type === "https_spiffe") {
        const hide = (): void => server.setSecureContext(ENDPOINT_TLS);
        const show = (): void => server.setSecureContext(context());
        server.once("close", subscribe(profile.identity, { update: show, withdrawn: hide }));
    }
    return server;
}

function credentials(profile: ServingProfile): SecureContextOptions {
    if (profile.type === "https_web") {
        return { cert: profile.cert, key: profile.key };
    }
    const { svid } = profile.identity.snapshot();
    return { cert: svid.certPem(), key: svid.keyPem() };
}
