import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import * as federation from "../../src/entry/federation.js";
import * as jwt from "../../src/entry/jwt.js";
import * as policy from "../../src/entry/policy.js";
import * as core from "../../src/index.js";
import { concatDer } from "../support/fake-workload-api.js";
import type { Call, Given } from "./call.js";
import { isAbsent, isEmpty, isListOfNothing, isOptions, isText, startAndClose } from "./call.js";

/** Of IDs, certificates, bundles, tokens and policies. */
export async function valueCalls({ world, folder, issuer, token, source }: Given): Promise<Record<string, Call>> {
    const { svid, bundles } = world.server.snapshot();
    const id = core.SpiffeId.parse("spiffe://example.org/web");
    const domain = core.TrustDomain.parse("example.org");
    const der = concatDer([world.ca.certificate]);
    const anyChain = [[], { side: "client" }];
    const jwtBundle = jwt.JwtBundle.parse(domain, issuer.document);
    const spiffeBundle = { x509: world.ca.bundle, jwt: jwtBundle };
    const key = svid.privateKey.export({ type: "pkcs8", format: "der" });
    const [allow, deny] = [join(folder, "allow.yaml"), join(folder, "deny.yaml")];
    await Promise.all([writeFile(allow, "allow: []"), writeFile(deny, "deny: []")]);
    return {
        "SpiffeId.parse": { args: [id.toString()], run: core.SpiffeId.parse },
        "SpiffeId.fromSegments": { args: [domain, "a"], run: core.SpiffeId.fromSegments, fine: { 1: isText } },
        "SpiffeId.equals": { args: [id], run: (other) => id.equals(other) },
        "SpiffeId.memberOf": { args: [domain], run: (other) => id.memberOf(other) },
        "TrustDomain.parse": { args: ["example.org"], run: core.TrustDomain.parse, fine: { 0: isText } },
        "TrustDomain.equals": { args: [domain], run: (other) => domain.equals(other) },
        X509Bundle: {
            args: [domain, [world.ca.certificate]],
            run: (...args: [never, never]) => new core.X509Bundle(...args),
            fine: { 1: isListOfNothing },
        },
        "X509Bundle.parse": { args: [domain, der], run: core.X509Bundle.parse },
        "X509Bundle.parsePem": { args: [domain, String(world.ca.certificate)], run: core.X509Bundle.parsePem },
        "X509Bundle.equals": { args: [world.ca.bundle], run: (other) => world.ca.bundle.equals(other) },
        X509BundleSet: {
            args: [[world.ca.bundle]],
            run: (list) => new core.X509BundleSet(list),
            fine: { 0: (value) => isAbsent(value) || isListOfNothing(value) },
        },
        "X509BundleSet.get": { args: [domain], run: (trustDomain) => bundles.get(trustDomain) },
        "X509BundleSet.with": { args: [world.ca.bundle], run: (bundle) => bundles.with(bundle) },
        "X509BundleSet.equals": { args: [bundles], run: (other) => bundles.equals(other) },
        X509Svid: {
            args: [{ id: svid.id, certificates: svid.certificates, privateKey: svid.privateKey }],
            run: (parts) => new core.X509Svid(parts),
        },
        "X509Svid.parse": {
            args: [concatDer(svid.certificates), key, ""],
            run: core.X509Svid.parse,
            fine: { 2: (value) => isAbsent(value) || isText(value) },
        },
        "X509Svid.parsePem": {
            args: [svid.certPem(), svid.keyPem(), ""],
            run: core.X509Svid.parsePem,
            fine: { 2: (value) => isAbsent(value) || isText(value) },
        },
        "X509Svid.load": { args: [join(folder, "svid.pem"), join(folder, "svid_key.pem")], run: core.X509Svid.load },
        "X509Svid.equals": { args: [svid], run: (other) => svid.equals(other) },
        StaticX509Provider: { args: [{ svid, bundles }], run: (all) => new core.StaticX509Provider(all) },
        "StaticX509Provider.set": { args: [{ svid, bundles }], run: (all) => world.server.set(all) },
        authorizeId: { args: [id], run: core.authorizeId },
        authorizeMemberOf: { args: [domain], run: core.authorizeMemberOf },
        authorizeOneOf: { args: [id], run: core.authorizeOneOf },
        authorizePattern: { args: ["spiffe://example.org/*"], run: core.authorizePattern },
        authorizeTarget: {
            args: [{ db: core.authorizeAny() }],
            run: core.authorizeTarget,
            fine: { 0: (value) => isEmpty(value) && !isAbsent(value) },
        },
        "an authorizer": {
            args: [id, ...anyChain],
            run: core.authorizeId(id),
            fine: { 1: () => true, 2: () => true },
        },
        idFromCertificate: { args: [svid.leaf], run: core.idFromCertificate },
        peerOf: {
            args: [{}],
            run: core.peerOf,
            fine: { 0: (value) => typeof value === "object" && value !== null },
        },
        saveX509Snapshot: {
            args: [world.server.snapshot(), folder, {}],
            // Whatever text it is: nothing is to be written elsewhere.
            run: (snapshot: never, where: unknown, names: never) =>
                core.saveX509Snapshot(snapshot, (isText(where) ? folder : where) as string, names),
            fine: { 1: isText, 2: isOptions },
        },
        verifyX509Svid: {
            args: [svid.certificates, bundles, {}],
            run: core.verifyX509Svid,
            fine: { 2: isOptions },
        },
        JwtBundle: {
            args: [domain, [...jwtBundle.authorities.values()]],
            run: (...args: [never, never]) => new jwt.JwtBundle(...args),
            fine: { 1: isListOfNothing },
        },
        "JwtBundle.parse": { args: [domain, issuer.document], run: jwt.JwtBundle.parse },
        "JwtBundle.equals": { args: [jwtBundle], run: (other) => jwtBundle.equals(other) },
        JwtBundleSet: {
            args: [[jwtBundle]],
            run: (list) => new jwt.JwtBundleSet(list),
            fine: { 0: (value) => isAbsent(value) || isListOfNothing(value) },
        },
        "JwtBundleSet.get": { args: [domain], run: (trustDomain) => issuer.bundles.get(trustDomain) },
        "JwtBundleSet.equals": { args: [issuer.bundles], run: (other) => issuer.bundles.equals(other) },
        "JwtSvid.parseAndValidate": {
            args: [token, ["reports"], issuer.bundles, {}],
            run: jwt.JwtSvid.parseAndValidate,
            fine: { 3: isOptions },
        },
        "JwtSvid.parseInsecure": {
            args: [token, "reports", {}],
            run: jwt.JwtSvid.parseInsecure,
            fine: { 2: isOptions },
        },
        authenticateBearer: {
            args: [
                { headers: { authorization: `Bearer ${token}` } },
                source,
                { audience: "reports", authorize: core.authorizeAny() },
            ],
            run: jwt.authenticateBearer,
        },
        bearerMiddleware: {
            args: [source, { audience: "reports", authorize: core.authorizeAny() }],
            run: jwt.bearerMiddleware,
        },
        callerOf: {
            args: [{}],
            run: jwt.callerOf,
            fine: { 0: (value) => typeof value === "object" && value !== null },
        },
        parsePolicy: {
            args: ["allow: []", "name"],
            run: policy.parsePolicy,
            fine: { 1: (v) => isAbsent(v) || isText(v) },
        },
        loadPolicy: { args: [allow], run: policy.loadPolicy },
        watchPolicy: {
            args: [allow, {}],
            run: (...args: [never, never]) => startAndClose(policy.watchPolicy(...args)),
            fine: { 1: isOptions },
        },
        watchDenyList: {
            args: [deny, () => true, {}],
            run: (...args: [never, never, never]) => startAndClose(policy.watchDenyList(...args)),
            fine: { 2: isOptions },
        },
        SpiffeBundle: { args: [spiffeBundle], run: (parts) => new federation.SpiffeBundle(parts) },
        "SpiffeBundle.parse": { args: [domain, issuer.document], run: federation.SpiffeBundle.parse },
    };
}
