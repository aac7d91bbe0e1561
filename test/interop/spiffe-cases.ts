import { X509Bundle, X509BundleSet, SpiffeId, TrustDomain, verifyX509Svid } from "@x0tta6bl4/spiffe";
import { SpiffeBundle } from "@x0tta6bl4/spiffe/federation";
import { JwtBundle, JwtBundleSet, JwtSvid } from "@x0tta6bl4/spiffe/jwt";

import { chainCases } from "./spiffe-chains.js";
import { bundleText, tokenCase } from "./spiffe-documents.js";
import type { Random } from "./manifest-texts.js";

/** What go-spiffe is asked, as its peer's `judge` reads it. */
export type Question =
    | { readonly kind: "id" | "trust domain" | "bundle"; readonly text: string }
    | {
          readonly kind: "chain";
          /** DER in base64, leaf first. */
          readonly chain: readonly string[];
          readonly authorities: Readonly<Record<string, readonly string[]>>;
          /** Seconds of the Unix epoch. */
          readonly at: number;
      }
    | {
          readonly kind: "token";
          readonly text: string;
          readonly audience: readonly [string, ...string[]];
          readonly documents: Readonly<Record<string, unknown>>;
      };

/** A case, and what is peculiar about it, in words that a list of differences can refer to. */
export interface Case {
    readonly question: Question;
    readonly traits: ReadonlySet<string>;
}

/** What a case is read as here. @throws {SpiffeError} */
export async function decide(question: Question, strict: boolean): Promise<unknown> {
    switch (question.kind) {
        case "id":
            return SpiffeId.parse(question.text).toString();
        case "trust domain":
            return TrustDomain.parse(question.text).name;
        case "chain": {
            const bundles = Object.entries(question.authorities).map(([name, authorities]) =>
                X509Bundle.parse(
                    TrustDomain.parse(name),
                    Buffer.concat(authorities.map((text) => Buffer.from(text, "base64"))),
                ),
            );
            const chain = question.chain.map((text) => Buffer.from(text, "base64"));
            const now = new Date(question.at * 1000);
            return verifyX509Svid(chain, new X509BundleSet(bundles), { now, strict }).id.toString();
        }
        case "token": {
            const bundles = Object.entries(question.documents).map(([name, document]) =>
                JwtBundle.parse(TrustDomain.parse(name), JSON.stringify(document)),
            );
            const { text, audience } = question;
            return (
                await JwtSvid.parseAndValidate(text, audience, new JwtBundleSet(bundles), { strict })
            ).id.toString();
        }
        case "bundle": {
            const bundle = SpiffeBundle.parse(TrustDomain.parse("example.org"), question.text);
            return {
                x509: bundle.x509.authorities.length,
                jwt: [...bundle.jwt.authorities.keys()].sort(),
                ...(bundle.sequence === undefined ? {} : { sequence: String(bundle.sequence) }),
                ...(bundle.refreshHintSeconds === undefined ? {} : { hint: String(bundle.refreshHintSeconds) }),
            };
        }
    }
}

const DOMAINS = ["example.org", "a", "a_b-c.d", "Example.org", "example.org:443", "", "..", "10.0.0.1", "exämple", "K"];
const SEGMENTS = [
    "web",
    "ns",
    "a.b",
    "A-Z_0",
    ".",
    "..",
    "",
    "%41",
    "a b",
    "ä",
    "x:y",
    "...",
    "*",
    "\u0000",
    "a?b",
    "a#",
];
const SCHEMES = [
    "spiffe://",
    "spiffe://",
    "spiffe://",
    "spiffe://",
    "SPIFFE://",
    "spiffe:/",
    "spiffe:",
    "http://",
    "",
    " spiffe://",
];
const REST = ["", "", "", "", "/", "?q", "#f", "\n", " ", "//", "/..", "/".concat("a".repeat(2100))];

function domainText(random: Random): string {
    return random.below(3) === 0 ? random.pick(DOMAINS) : random.pick(DOMAINS.slice(0, 3));
}

function idText(random: Random): string {
    const segments = Array.from({ length: random.below(4) }, () =>
        random.pick(random.below(4) === 0 ? SEGMENTS : SEGMENTS.slice(0, 4)),
    );
    const scheme = random.below(4) === 0 ? random.pick(SCHEMES) : "spiffe://";
    return `${scheme}${domainText(random)}${segments.map((segment) => `/${segment}`).join("")}${random.pick(REST)}`;
}

/** Kinds of questions, in the order they are asked. */
export const KINDS = ["id", "trust domain", "chain", "token", "bundle"] as const;

/** Random cases of a kind, without end. */
export async function* makeCases(kind: Question["kind"], random: Random): AsyncGenerator<Case, never> {
    if (kind === "chain") {
        return yield* chainCases(random);
    }
    for (;;) {
        yield kind === "token"
            ? tokenCase(random)
            : { question: { kind, text: textOf(kind, random) }, traits: new Set() };
    }
}

function textOf(kind: "id" | "trust domain" | "bundle", random: Random): string {
    switch (kind) {
        case "id":
            return idText(random);
        case "trust domain":
            return random.below(2) === 0 ? domainText(random) : idText(random);
        case "bundle":
            return bundleText(random);
    }
}
