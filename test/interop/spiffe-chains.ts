import type { X509Certificate } from "node:crypto";

import type { Case } from "./spiffe-cases.js";
import type { Random } from "./manifest-texts.js";
import type { CertificateOptions } from "../../spiffe/test/support/ca.js";
import { TestCa, x509 } from "../../spiffe/test/support/ca.js";

const { keyCertSign, cRLSign, digitalSignature, keyAgreement } = x509.KeyUsageFlags;
const HOUR = 3_600_000;
const EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4";

/** Changes of a certificate, by the names they go by in a failure. */
type Changes = Readonly<Record<string, (subject: string) => CertificateOptions>>;

/** DER of elements short enough for a length of one byte. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
    const content = Buffer.concat(parts);
    if (content.length > 127) {
        throw new RangeError(`${content.length} bytes are too many for a short length`);
    }
    return Buffer.concat([Buffer.from([tag, content.length]), content]);
}

/** Name constraints (RFC 5280 section 4.2.1.10) on URIs. */
function constrain(how: "permitted" | "excluded", ...hosts: readonly string[]): CertificateOptions {
    const subtrees = hosts.map((host) => der(0x30, der(0x86, Buffer.from(host))));
    const value = der(0x30, der(how === "permitted" ? 0xa0 : 0xa1, ...subtrees));
    return { extensions: [{ type: "2.5.29.30", critical: true, value: new Uint8Array(value).buffer }] };
}

const unknown = (critical: boolean): CertificateOptions => ({
    extensions: [{ type: "1.2.3.4.5", critical, value: new Uint8Array([0x05, 0x00]).buffer }],
});

const EITHER: Changes = {
    expired: () => ({ notBefore: new Date(Date.now() - 2 * HOUR), notAfter: new Date(Date.now() - HOUR) }),
    "not yet valid": () => ({ notBefore: new Date(Date.now() + HOUR) }),
    "an unknown critical extension": () => unknown(true),
    "an unknown extension": () => unknown(false),
    "a P-384 key": () => ({ key: "ec-p384" }),
    "an Ed25519 key": () => ({ key: "ed25519" }),
    "a DNS name": () => ({ dnsNames: ["web.example.org"] }),
    "no key usage": () => ({ keyUsage: null }),
};

const AUTHORITY: Changes = {
    ...EITHER,
    "path length 0": () => ({ pathLength: 0 }),
    "path length 1": () => ({ pathLength: 1 }),
    "no authority": () => ({ ca: false }),
    "no keyCertSign": () => ({ keyUsage: cRLSign }),
    "self-issued": (subject) => ({ subject }),
    "permits its host": () => constrain("permitted", "example.org"),
    "permits hosts below": () => constrain("permitted", ".example.org"),
    "permits another host": () => constrain("permitted", "example.com"),
    "permits several": () => constrain("permitted", "example.com", "example.org", "sub.example.org"),
    "excludes its host": () => constrain("excluded", "example.org"),
    "excludes hosts below": () => constrain("excluded", ".example.org"),
    "excludes a parent": () => constrain("excluded", "org"),
    "excludes another host": () => constrain("excluded", "example.com"),
    "no URI": () => ({ uris: [] }),
    "a foreign purpose": () => ({ purposes: [EMAIL_PROTECTION] }),
};

const LEAF: Changes = {
    ...EITHER,
    "is an authority": () => ({ ca: true }),
    "may sign certificates": () => ({ keyUsage: digitalSignature | keyCertSign }),
    "may sign revocation lists": () => ({ keyUsage: digitalSignature | cRLSign }),
    "may not sign": () => ({ keyUsage: keyAgreement }),
    "no purposes": () => ({ purposes: null }),
    "a foreign purpose": () => ({ purposes: [EMAIL_PROTECTION] }),
    "a server's purpose": () => ({ purposes: [x509.ExtendedKeyUsage.serverAuth] }),
    "no subject": () => ({ subject: "" }),
    "no URI": () => ({ uris: [] }),
    "two URIs": () => ({ uris: ["spiffe://example.org/web", "spiffe://example.org/other"] }),
    "names its trust domain": () => ({ uris: ["spiffe://example.org"] }),
    "in capitals": () => ({ uris: ["spiffe://EXAMPLE.org/web"] }),
    "a URL": () => ({ uris: ["https://example.org/web"] }),
    "of another domain": () => ({ uris: ["spiffe://other.test/web"] }),
    "a trailing slash": () => ({ uris: ["spiffe://example.org/web/"] }),
    "a port": () => ({ uris: ["spiffe://example.org:443/web"] }),
    "a query": () => ({ uris: ["spiffe://example.org/web?x"] }),
    escapes: () => ({ uris: ["spiffe://example.org/%77eb"] }),
};

function change(
    from: Changes,
    subject: string,
    traits: Set<string>,
    whose: string,
    random: Random,
): CertificateOptions {
    if (random.below(4) !== 0) {
        return {};
    }
    const name = random.pick(Object.keys(from));
    traits.add(`${whose}: ${name}`);
    return from[name]?.(subject) ?? {};
}

const base64 = (certificate: X509Certificate): string => certificate.raw.toString("base64");

/** A hierarchy with a few things out of the ordinary, from which several chains are made: to make one takes its time. */
interface World {
    readonly domain: string;
    readonly traits: ReadonlySet<string>;
    readonly root: TestCa;
    readonly issuer: TestCa;
    /** The name of `issuer`. */
    readonly subject: string;
    readonly authorities: readonly X509Certificate[];
    readonly stranger: TestCa;
}

async function makeWorld(random: Random): Promise<World> {
    const traits = new Set<string>();
    const domain = random.pick(["example.org", "example.org", "sub.example.org"]);
    let subject = `CN=Root, O=${domain}`;
    const stranger = await TestCa.create(domain, { subject });
    const root = await TestCa.create(domain, { subject, ...change(AUTHORITY, subject, traits, "root", random) });
    let issuer = root;
    const authorities = [root.certificate];
    for (let depth = random.below(4); depth > 0; depth--) {
        const options = { subject: `CN=Below ${subject}`, ...change(AUTHORITY, subject, traits, "authority", random) };
        issuer = await issuer.intermediate(options);
        subject = options.subject;
        authorities.push(issuer.certificate);
    }
    return { domain, traits, root, issuer, subject, authorities, stranger };
}

const CHAINS_OF_A_WORLD = 8;

/** Chains of up to three intermediates with a few things out of the ordinary, and the bundles they are held against. */
export async function* chainCases(random: Random): AsyncGenerator<Case, never> {
    for (;;) {
        const world = await makeWorld(random);
        for (let made = 0; made < CHAINS_OF_A_WORLD; made++) {
            yield await chainCase(world, random);
        }
    }
}

async function chainCase(world: World, random: Random): Promise<Case> {
    const { domain, root, issuer, stranger } = world;
    const traits = new Set(world.traits);
    const svid = await issuer.issue("/web", change(LEAF, world.subject, traits, "leaf", random));
    const [leaf, ...intermediates] = svid.certificates;
    const presented = present([leaf, ...intermediates], [root.certificate, stranger.certificate], random);
    const anchors = choose(world, leaf, traits, random);
    return {
        question: {
            kind: "chain",
            chain: presented.map(base64),
            authorities: random.below(30) === 0 ? {} : { [domain]: anchors.map(base64) },
            at: Math.floor(Date.now() / 1000),
        },
        traits,
    };
}

/** The chain as it is, or in another order, short of one, with one twice, or with one that doesn't belong. */
function present(
    [leaf, ...intermediates]: readonly [X509Certificate, ...X509Certificate[]],
    strangers: readonly X509Certificate[],
    random: Random,
): readonly X509Certificate[] {
    switch (random.below(10)) {
        case 0:
            return [leaf, ...intermediates.toReversed()];
        case 1:
            return [leaf, ...intermediates.slice(1)];
        case 2:
            return [leaf, ...intermediates, ...intermediates];
        case 3:
            return [leaf, ...intermediates, random.pick(strangers)];
        case 4:
            return [leaf, leaf, ...intermediates];
        default:
            return [leaf, ...intermediates];
    }
}

function choose(
    { root, stranger, authorities }: World,
    leaf: X509Certificate,
    traits: Set<string>,
    random: Random,
): readonly X509Certificate[] {
    switch (random.below(20)) {
        case 0:
            return [stranger.certificate];
        case 1:
            return [];
        case 2:
        case 3:
            return [random.pick(authorities)];
        case 4:
            traits.add("the leaf is in the bundle");
            return [leaf];
        case 5:
        case 6:
            return [stranger.certificate, root.certificate];
        default:
            return [root.certificate];
    }
}
