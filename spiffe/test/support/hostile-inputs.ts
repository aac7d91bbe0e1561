/**
 * Feeds every parser inputs made to take as much memory as they can, at the largest size it reads. Run as a process of its own with a
 * small heap: it prints how many inputs were refused, unless memory runs out.
 */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";

import { X509SVIDResponseSchema } from "../../src/gen/workload/workloadapi_pb.js";
import {
    SpiffeError,
    SpiffeId,
    TrustDomain,
    X509Bundle,
    X509BundleSet,
    X509Svid,
    verifyX509Svid,
} from "../../src/index.js";
import { SpiffeBundle } from "../../src/entry/federation.js";
import { JwtBundle, JwtSvid } from "../../src/entry/jwt.js";
import { parsePolicy } from "../../src/entry/policy.js";
import { DEFAULT_LIMITS, readAnswer, readX509Context } from "../../src/workload/messages.js";

const domain = TrustDomain.parse("example.org");
const MIB = 1024 * 1024;

/** `unit` again and again, up to `size`. */
const fill = (size: number, unit: string | Uint8Array): Buffer => Buffer.alloc(size, unit);

const document = (inner: string): string =>
    `{"keys":[${inner.repeat(Math.floor((4 * MIB - 20) / inner.length)).replace(/,$/, "")}]}`;
const base64url = (text: string): string => Buffer.from(text).toString("base64url");

const attacks: readonly (() => unknown)[] = [
    () => X509Bundle.parse(domain, fill(64 * MIB, new Uint8Array([0x30, 0x00]))),
    () => X509Svid.parse(fill(64 * MIB, new Uint8Array([0x30, 0x00])), fill(1, "0")),
    () => verifyX509Svid([fill(64 * 1024, new Uint8Array([0x30, 0x80]))], new X509BundleSet()),
    () =>
        verifyX509Svid(
            Array.from({ length: 11 }, () => fill(64 * 1024, "0")),
            new X509BundleSet(),
        ),
    () => SpiffeBundle.parse(domain, document("{},")),
    () => SpiffeBundle.parse(domain, document("[],")),
    () => SpiffeBundle.parse(domain, `{"keys":${"[".repeat(2 * MIB)}`),
    () => JwtBundle.parse(domain, document("0,")),
    () => JwtBundle.parse(domain, fill(64 * MIB, "{")),
    () =>
        JwtSvid.parseInsecure(`${base64url('{"alg":"ES256"}')}.${base64url(`[${"[],".repeat(7_000)}0]`)}.AAAA`, ["a"]),
    () => JwtSvid.parseInsecure("a.".repeat(32 * MIB), ["a"]),
    () => SpiffeId.parse(`spiffe://td/${"a/".repeat(32 * MIB)}`),
    () => TrustDomain.parse("A".repeat(32 * MIB)),
    () => parsePolicy("- ".repeat(MIB)),
    () => {
        const message = create(X509SVIDResponseSchema, { svids: Array.from({ length: 100_000 }, () => ({})) });
        const decoded = fromBinary(X509SVIDResponseSchema, toBinary(X509SVIDResponseSchema, message));
        return readAnswer("FetchX509SVID", decoded, (answer) => readX509Context(answer, DEFAULT_LIMITS));
    },
];

let refused = 0;
for (const attack of attacks) {
    try {
        attack();
    } catch (error) {
        if (!(error instanceof SpiffeError)) {
            throw error;
        }
        refused += 1;
    }
}
process.stdout.write(`${refused} of ${attacks.length} refused\n`);
