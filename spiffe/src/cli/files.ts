import type { X509Certificate } from "node:crypto";

import type { JwtBundleSet } from "../jwtbundle.js";
import type { JwtSvid } from "../jwtsvid.js";
import type { SavedFile } from "../save.js";
import { ownBundle } from "../save.js";
import type { X509Snapshot } from "../source.js";
import type { FileSettings } from "./settings.js";

/** What the files are made of. */
export interface Material {
    readonly snapshot: Pick<X509Snapshot, "svid" | "bundles">;
    /** By the name of their files. */
    readonly tokens: ReadonlyMap<string, JwtSvid>;
    readonly jwtBundles: JwtBundleSet | undefined;
}

/**
 * The files of one version, all of one moment.
 *
 * @throws {SourceError} `no_bundle` when that of the SVID's own trust domain is missing
 */
export function filesOf({ snapshot, tokens, jwtBundles }: Material, settings: FileSettings, now: Date): SavedFile[] {
    const { svid, bundles } = snapshot;
    const own = ownBundle(snapshot);
    const intermediates = svid.certificates.slice(1);
    const authorities = [
        ...own.authorities,
        ...(settings.federated
            ? [...bundles].filter((bundle) => bundle !== own).flatMap((bundle) => bundle.authorities)
            : []),
        ...(settings.intermediatesInBundle ? intermediates : []),
    ].filter((certificate) => !settings.omitExpired || certificate.validToDate >= now);
    const chain = settings.intermediatesInBundle ? [svid.leaf] : svid.certificates;
    return [
        { name: settings.certificates, content: pem(chain), mode: settings.certificateMode },
        { name: settings.key, content: svid.keyPem(), mode: settings.keyMode },
        { name: settings.bundle, content: pem(authorities), mode: settings.certificateMode },
        ...Array.from(tokens, ([name, token]) => ({ name, content: token.marshal(), mode: settings.tokenMode })),
        ...(settings.jwtBundle === undefined || jwtBundles === undefined
            ? []
            : [{ name: settings.jwtBundle, content: jwksOf(jwtBundles), mode: settings.certificateMode }]),
    ];
}

const pem = (certificates: readonly X509Certificate[]): string => certificates.map(String).join("");

/** JWK sets by trust domain, for bundles of different domains are never merged. */
function jwksOf(bundles: JwtBundleSet): string {
    const sets = Array.from(bundles, ({ trustDomain, authorities }) => {
        const keys = Array.from(authorities.values(), ({ keyId, publicKey, algorithm }) => ({
            kid: keyId,
            ...(algorithm === undefined ? {} : { alg: algorithm }),
            ...publicKey.export({ format: "jwk" }),
        }));
        return [trustDomain.name, { keys }];
    });
    return `${JSON.stringify(Object.fromEntries(sets))}\n`;
}
