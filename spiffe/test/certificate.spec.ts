import assert from "node:assert/strict";

import type { CertificateFacts } from "../src/certificate.js";
import { MAX_CERTIFICATE_BYTES, readCertificate } from "../src/certificate.js";
import { openDer } from "../src/der.js";
import { DerError, X509VerificationError } from "../src/index.js";
import { TestCa } from "./support/ca.js";
import { wrap } from "./support/resign.js";

const bytes = (...content: readonly number[]): Buffer => Buffer.from(content);
const sequence = (...parts: readonly Buffer[]): Buffer => wrap(0x30, Buffer.concat(parts));
const oid = (...content: readonly number[]): Buffer => wrap(0x06, bytes(...content));
const NULL = bytes(5, 0);
const TRUE = bytes(1, 1, 0xff);

/** 1.2.840.113549.1.1.10 and 2.16.840.1.101.3.4.2.1 */
const RSA_PSS = oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a);
const SHA256 = oid(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01);
const BASIC_CONSTRAINTS = oid(0x55, 0x1d, 0x13);
const SUBJECT_ALT_NAME = oid(0x55, 0x1d, 0x11);
const EXTENDED_KEY_USAGE = oid(0x55, 0x1d, 0x25);

const extension = (id: Buffer, value: Buffer, ...between: readonly Buffer[]): Buffer =>
    sequence(id, ...between, wrap(0x04, value));

/** What to make of a certificate, whose signature then fits no more: reading doesn't judge it. */
interface Change {
    readonly algorithm?: Buffer;
    /** The algorithm beside the signature, where it differs from the one that is signed. */
    readonly outer?: Buffer;
    readonly validity?: Buffer;
    /** Null for none at all. */
    readonly extensions?: readonly Buffer[] | null;
    readonly beforeExtensions?: readonly Buffer[];
    readonly behindFields?: readonly Buffer[];
    readonly behindSignature?: readonly Buffer[];
}

function changed(template: Buffer, change: Change): Buffer {
    const [body, algorithm, signature] = openDer(template)
        .rest()
        .map(({ raw }) => Buffer.from(raw));
    assert.ok(body && algorithm && signature);
    const fields = openDer(body)
        .rest()
        .map(({ raw }) => Buffer.from(raw));
    const signed = change.algorithm ?? algorithm;
    const [version, serial, , issuer, validity, subject, key, extensions] = fields;
    assert.ok(version && serial && issuer && validity && subject && key && extensions);
    const list = change.extensions === undefined ? [extensions] : [];
    const own = change.extensions ? [wrap(0xa3, sequence(...change.extensions))] : list;
    return sequence(
        sequence(
            ...[version, serial, signed, issuer, change.validity ?? validity, subject, key],
            ...(change.beforeExtensions ?? []),
            ...own,
            ...(change.behindFields ?? []),
        ),
        change.outer ?? signed,
        signature,
        ...(change.behindSignature ?? []),
    );
}

describe("What is read of a certificate", () => {
    let template: Buffer;

    before(async () => {
        const ca = await TestCa.create("example.org");
        template = (await ca.issue("/web", { dnsNames: ["web.example.org"] })).leaf.raw;
    });

    const read = (change: Change): CertificateFacts => readCertificate(changed(template, change));

    /** Why a certificate is refused by this reader, not by OpenSSL behind it. */
    function reason(der: Uint8Array): string {
        try {
            readCertificate(der);
        } catch (error) {
            assert.ok(error instanceof X509VerificationError);
            assert.equal(error.code, "malformed");
            assert.ok(error.cause instanceof DerError, String(error.cause));
            assert.equal(error.message, `a certificate can't be read: ${error.cause.message}`);
            return error.cause.message;
        }
        return "accepted";
    }

    it("is the same when nothing is changed, and is read once for each certificate object", () => {
        const facts = read({});
        assert.deepEqual(facts.uris, ["spiffe://example.org/web"]);
        assert.deepEqual(
            facts.names.map(({ type }) => type),
            [6, 2],
        );
        assert.equal(facts.signatureAlgorithm, "1.2.840.10045.4.3.2");
        assert.equal(facts.selfIssued, false);
        assert.deepEqual(facts.unknownCritical, []);
        assert.equal(readCertificate(facts.certificate), facts);
        assert.equal(readCertificate(facts.certificate), readCertificate(facts.certificate));
    });

    it("is bounded", () => {
        assert.equal(MAX_CERTIFICATE_BYTES, 65_536);
        assert.equal(reason(Buffer.alloc(65_537, 0x30)), "65537 bytes, at most 65536 are read");
        assert.doesNotMatch(reason(Buffer.alloc(65_536, 0x30)), /at most/);
    });

    it("is nothing of what has more parts than a certificate", () => {
        assert.notEqual(reason(changed(template, { behindSignature: [NULL] })), "accepted");
        assert.notEqual(reason(changed(template, { behindFields: [NULL] })), "accepted");
    });

    it("are unique IDs of issuer and subject, which are passed over", () => {
        const ids = [bytes(0x81, 2, 0, 1), bytes(0x82, 2, 0, 2)];
        assert.deepEqual(read({ beforeExtensions: ids }).uris, ["spiffe://example.org/web"]);
        assert.notEqual(reason(changed(template, { beforeExtensions: [bytes(0x84, 2, 0, 1)] })), "accepted");
    });

    it("is nothing where the signed algorithm isn't the one beside the signature", () => {
        const sha384 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03));
        assert.equal(reason(changed(template, { outer: sha384 })), "the two signature algorithms differ");
        assert.equal(read({ algorithm: sha384 }).signatureAlgorithm, "1.2.840.10045.4.3.3");
    });

    it("is of an algorithm with a hash of its own that hash too, SHA-1 where none is named", () => {
        const pss = (...parameters: readonly Buffer[]) =>
            read({ algorithm: sequence(RSA_PSS, sequence(...parameters)) }).signatureAlgorithm;
        assert.equal(pss(wrap(0xa0, sequence(SHA256, NULL))), "1.2.840.113549.1.1.10 2.16.840.1.101.3.4.2.1");
        assert.equal(pss(), "1.2.840.113549.1.1.10 sha1");
        assert.equal(pss(wrap(0xa2, bytes(2, 1, 32))), "1.2.840.113549.1.1.10 sha1");
    });

    it("is without extensions no name, no authority and no use but any", () => {
        const { names, uris, ca, pathLength, keyUsage, allowsTls, nameConstraints, unknownCritical } = read({
            extensions: null,
        });
        assert.deepEqual(
            { names, uris, ca, pathLength, keyUsage, allowsTls, nameConstraints, unknownCritical },
            {
                ...{ names: [], uris: [], ca: false, pathLength: undefined, keyUsage: undefined, allowsTls: true },
                ...{ nameConstraints: undefined, unknownCritical: [] },
            },
        );
    });

    it("is of extensions unknown to it the critical ones", () => {
        const [critical, marked, plain] = [oid(0x2a, 3, 4), oid(0x2a, 3, 5), oid(0x2a, 3, 6)];
        const { unknownCritical } = read({
            extensions: [
                extension(critical, NULL, TRUE),
                extension(plain, NULL),
                extension(marked, NULL, bytes(1, 1, 0)),
                extension(BASIC_CONSTRAINTS, sequence(), TRUE),
            ],
        });
        assert.deepEqual(unknownCritical, ["1.2.3.4"]);
    });

    it("is nothing of an extension that occurs twice or holds more than it should", () => {
        const plain = oid(0x2a, 3, 6);
        const twice = [extension(plain, NULL), extension(plain, NULL)];
        assert.equal(reason(changed(template, { extensions: twice })), "extension 1.2.3.6 occurs twice");
        const more = sequence(plain, wrap(0x04, NULL), NULL);
        assert.notEqual(reason(changed(template, { extensions: [more] })), "accepted");
        const constraints = extension(BASIC_CONSTRAINTS, sequence(TRUE, bytes(2, 1, 3), NULL));
        assert.notEqual(reason(changed(template, { extensions: [constraints] })), "accepted");
    });

    it("are basic constraints: an authority or none, and how many may stand below", () => {
        const constraints = (...parts: readonly Buffer[]) => {
            const { ca, pathLength } = read({ extensions: [extension(BASIC_CONSTRAINTS, sequence(...parts))] });
            return [ca, pathLength];
        };
        assert.deepEqual(constraints(), [false, undefined]);
        assert.deepEqual(constraints(TRUE), [true, undefined]);
        assert.deepEqual(constraints(TRUE, bytes(2, 1, 3)), [true, 3]);
        assert.deepEqual(constraints(bytes(2, 1, 0)), [false, 0]);
    });

    it("is what a name is of by its tag, and nothing of what has none", () => {
        const names = sequence(bytes(0x81, 1, 0x61), bytes(0x82, 1, 0x62), bytes(0x86, 1, 0x63));
        const { names: found, uris } = read({ extensions: [extension(SUBJECT_ALT_NAME, names)] });
        assert.deepEqual(
            found.map(({ type, content }) => [type, Buffer.from(content).toString()]),
            [
                [1, "a"],
                [2, "b"],
                [6, "c"],
            ],
        );
        assert.deepEqual(uris, ["c"]);
        const text = sequence(bytes(0x04, 1, 0x61));
        assert.equal(
            reason(changed(template, { extensions: [extension(SUBJECT_ALT_NAME, text)] })),
            "tag 0x4 in a list of names",
        );
    });

    it("is fit for TLS where one of its purposes is", () => {
        const purposes = (...list: readonly Buffer[]) =>
            read({ extensions: [extension(EXTENDED_KEY_USAGE, sequence(...list))] }).allowsTls;
        const purpose = (last: number): Buffer => oid(0x2b, 6, 1, 5, 5, 7, 3, last);
        assert.equal(purposes(purpose(1)), true);
        assert.equal(purposes(purpose(3), purpose(2)), true);
        assert.equal(purposes(oid(0x55, 0x1d, 0x25, 0)), true);
        assert.equal(purposes(purpose(3), purpose(4)), false);
    });

    it("is from when until when it is valid, and nothing where that is no time", () => {
        const utc = (text: string): Buffer => wrap(0x17, Buffer.from(text));
        const [from, until] = [utc("260101000000Z"), wrap(0x18, Buffer.from("20600229235959Z"))];
        const facts = read({ validity: sequence(from, until) });
        assert.equal(new Date(facts.notBefore).toISOString(), "2026-01-01T00:00:00.000Z");
        assert.equal(new Date(facts.notAfter).toISOString(), "2060-02-29T23:59:59.000Z");
        const { notBefore, notAfter, certificate } = read({});
        assert.deepEqual([notBefore, notAfter], [+certificate.validFromDate, +certificate.validToDate]);
        const none = utc("261301000000Z");
        for (const validity of [sequence(none, until), sequence(from, none)]) {
            assert.equal(reason(changed(template, { validity })), "a time that the calendar or the clock doesn't have");
        }
        assert.notEqual(reason(changed(template, { validity: sequence(from, until, NULL) })), "accepted");
        assert.notEqual(reason(changed(template, { validity: sequence(from) })), "accepted");
    });

    it("is what the library that made it says", async () => {
        const ca = await TestCa.create("example.org");
        const facts = readCertificate(ca.certificate);
        assert.deepEqual([facts.ca, facts.selfIssued, facts.uris], [true, true, ["spiffe://example.org"]]);
        assert.equal(facts.keyUsage?.has(5), true);
    });
});
