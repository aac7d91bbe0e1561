import { TrustDomain, X509Bundle, X509BundleSet, X509Svid } from "../src/index.js";

/** What bare node:tls is told for the same as this library does: mutual TLS 1.3, no sessions resumed. */
export const BARE_OPTIONS = { minVersion: "TLSv1.3", rejectUnauthorized: true, noDelay: true } as const;

/** An identity as it travels to another process, in PEM. */
interface Material {
    readonly svid: X509Svid;
    readonly bundles: X509BundleSet;
    readonly pem: { readonly cert: string; readonly key: string; readonly ca: string };
}

/** @param text JSON of `cert`, `key` and `ca` */
export function readMaterial(text: string): Material {
    const pem = JSON.parse(text) as Material["pem"];
    const bundle = X509Bundle.parsePem(TrustDomain.parse("bench.test"), pem.ca);
    return { svid: X509Svid.parsePem(pem.cert, pem.key), bundles: new X509BundleSet([bundle]), pem };
}
