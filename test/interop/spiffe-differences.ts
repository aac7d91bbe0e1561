import type { Question } from "./spiffe-cases.js";

/** Where this library and go-spiffe decide differently, and by what. */
export interface Difference {
    readonly kind: Question["kind"];
    /** Who refuses what the other takes; neither where both take it and read something else. */
    readonly refusedBy: "here" | "go-spiffe" | "neither";
    /** Of the refusal, with its code in front where it is this library's. */
    readonly refusal?: RegExp;
    /** Something peculiar that the case must have. */
    readonly trait?: string;
    /** Text that the case must have. */
    readonly text?: RegExp;
    /** The paragraph that decides it, and what it says. */
    readonly why: string;
    /** With `strict: true` this library refuses as well. */
    readonly strict?: true;
}

const CAPITALS = "SPIFFE-ID section 2.4: scheme and trust domain are case-insensitive";
const LENGTH =
    "SPIFFE-ID section 2.3: IDs of 2048 bytes are to be supported, longer ones are none that others must take";
const GO_CAPITALS = /scheme is missing or invalid|trust domain characters are limited to lowercase/;

/** Every known difference. A case that differs and fits none of them fails the test. */
export const DIFFERENCES: readonly Difference[] = [
    { kind: "id", refusedBy: "go-spiffe", refusal: GO_CAPITALS, text: /[A-Z]/, why: CAPITALS },
    { kind: "id", refusedBy: "here", refusal: /at most 2048 are allowed/, why: LENGTH },
    { kind: "trust domain", refusedBy: "go-spiffe", refusal: GO_CAPITALS, text: /[A-Z]/, why: CAPITALS },
    { kind: "trust domain", refusedBy: "here", refusal: /at most 2048 are allowed/, why: LENGTH },
    {
        kind: "chain",
        refusedBy: "here",
        trait: "the leaf is in the bundle",
        why: "X509-SVID section 5: a path must lead to an authority of the bundle; a leaf is none, whoever put it there",
    },
    {
        kind: "chain",
        refusedBy: "here",
        refusal: /^key_usage: .* lacks digitalSignature/,
        why: "X509-SVID section 4.3: leaf certificates must set digitalSignature",
    },
    {
        kind: "chain",
        refusedBy: "here",
        refusal: /^ext_key_usage: /,
        why: "RFC 5280 section 4.2.1.12: a certificate with key purposes is for these only, and neither is TLS",
    },
    {
        kind: "chain",
        refusedBy: "here",
        refusal: /^root_path: /,
        why: "X509-SVID section 5.2: a leaf whose ID has no path component is to be refused",
    },
    {
        kind: "chain",
        refusedBy: "here",
        refusal: /^name_constraints: .* not permitted/,
        why: "RFC 5280 section 4.2.1.10: for URIs a host without a leading dot is that host alone",
    },
    {
        kind: "chain",
        refusedBy: "go-spiffe",
        refusal: /is excluded by constraint/,
        why: "RFC 5280 section 4.2.1.10: for URIs a host without a leading dot is that host alone",
        strict: true,
    },
    {
        kind: "chain",
        refusedBy: "go-spiffe",
        refusal: /too many intermediates for path length constraint/,
        why: "RFC 5280 section 4.2.1.9: self-issued certificates don't count in a path's length",
        strict: true,
    },
    {
        kind: "chain",
        refusedBy: "go-spiffe",
        refusal: GO_CAPITALS,
        trait: "leaf: in capitals",
        why: CAPITALS,
        strict: true,
    },
    {
        kind: "token",
        refusedBy: "here",
        refusal: /^no_key: /,
        trait: "the key is for another algorithm",
        why: "RFC 7517 section 4.4: a key with alg is for that algorithm",
    },
    {
        kind: "token",
        refusedBy: "here",
        refusal: /^malformed: the token is not a JWS in compact form/,
        why: "RFC 7515 section 2: base64url has no padding and no white space, inside or around it",
    },
    {
        kind: "token",
        refusedBy: "here",
        refusal: /^malformed: the token has critical header parameters/,
        why: "RFC 7515 section 4.1.11: crit is no empty list, and JWT-SVID knows no header parameter to name in it",
    },
    {
        kind: "token",
        refusedBy: "here",
        refusal: /^type: /,
        why: "JWT-SVID section 2.3: typ is JWT or JOSE where it is there, and null is neither",
    },
    {
        kind: "token",
        refusedBy: "here",
        refusal: /^not_yet_valid: /,
        why: "RFC 7519 section 4.1.5: nbf is a number where it is there, and null is none",
    },
    {
        kind: "token",
        refusedBy: "go-spiffe",
        refusal: /token header missing key id/,
        trait: "no key ID",
        why: "JWT-SVID section 2.2: kid is optional; every key of the subject's own trust domain is tried",
        strict: true,
    },
    {
        kind: "token",
        refusedBy: "go-spiffe",
        refusal: /unable to parse JWT token/,
        trait: "brings certificates",
        why: "RFC 7515 section 4.1.6: x5c is optional to use; it is neither read nor used here",
        strict: true,
    },
    {
        kind: "token",
        refusedBy: "go-spiffe",
        refusal: /token issued in the future/,
        why: "RFC 7519 section 4.1.6: iat tells an age, nbf says from when on a token is to be taken",
        strict: true,
    },
    {
        kind: "token",
        refusedBy: "go-spiffe",
        refusal: /expected number value to unmarshal NumericDate/,
        why: "JWT-SVID section 3: iat is no claim that a token must have or that is judged",
        strict: true,
    },
    {
        kind: "token",
        refusedBy: "go-spiffe",
        refusal: /token has expired|token not valid yet/,
        trait: "a time beyond 64 bits",
        why: "RFC 7519 section 2: a NumericDate has no bounds; in Go it overflows into the past",
        strict: true,
    },
    { kind: "token", refusedBy: "go-spiffe", refusal: GO_CAPITALS, why: CAPITALS, strict: true },
    {
        kind: "bundle",
        refusedBy: "go-spiffe",
        refusal: /unsupported key type\/format|missing json web key type|unsupported elliptic curve/,
        why: "Trust Domain and Bundle section 4.2.1: keys of an unknown type are to be ignored, and no more",
    },
    {
        kind: "bundle",
        refusedBy: "go-spiffe",
        refusal: /expected a single certificate in x509-svid entry \d+; got [02]/,
        why: "X509-SVID section 6.2: the first value of x5c is the authority; an entry without one is no authority",
    },
    {
        kind: "bundle",
        refusedBy: "go-spiffe",
        refusal: /cannot unmarshal number into Go value of type string/,
        why: "Trust Domain and Bundle section 4.2.2: keys of an unknown use are to be ignored, and text is what the known ones are",
    },
    {
        kind: "bundle",
        refusedBy: "go-spiffe",
        refusal: /invalid character 'ï' looking for beginning of value/,
        text: /^\ufeff/,
        why: "RFC 8259 section 8.1: a reader may pass over a byte order mark",
    },
    {
        kind: "bundle",
        refusedBy: "here",
        refusal: /"spiffe_refresh_hint" must be an integer from 0/,
        why: "Trust Domain and Bundle section 4.1.2: the hint is a number of seconds to wait, and there are none below 0",
    },
    {
        kind: "bundle",
        refusedBy: "neither",
        text: /"kty":"oct"/,
        why: "JWT-SVID section 2.1 knows no symmetric algorithm: whoever could check a token could make one",
    },
    {
        kind: "bundle",
        refusedBy: "neither",
        text: /"spiffe_refresh_hint":1099511627776\b/,
        why: "Trust Domain and Bundle section 4.1.2 sets no bound; in Go so many nanoseconds overflow into a hint below 0",
    },
];
