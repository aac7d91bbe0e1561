import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";
import { Registry } from "prom-client";

import * as federation from "../src/entry/federation.js";
import * as fetching from "../src/entry/fetch.js";
import * as grpc from "../src/entry/grpc.js";
import * as http from "../src/entry/http.js";
import * as jwt from "../src/entry/jwt.js";
import * as metrics from "../src/entry/metrics.js";
import * as policy from "../src/entry/policy.js";
import * as workload from "../src/entry/workload.js";
import * as core from "../src/index.js";
import * as tls from "../src/tls/index.js";
import { FakeWorkloadApi, concatDer, x509Message } from "./support/fake-workload-api.js";
import { echoServer } from "./support/grpc-echo.js";
import { TlsWorld } from "./support/tls-world.js";
import { TokenIssuer } from "./support/tokens.js";

const RUNS = 25;

/** What a value read from JSON may be, and what plain JavaScript leaves out. Some of it looks like what is wanted. */
const junk = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(undefined, null, true, 0, -1, "", [], {}, [null], [""], ["a", 1], { length: 1 }),
    fc.constantFrom<unknown>({ authorize: true }, { authorize: "any" }, { now: 0 }, { signal: 1 }, { timeoutMs: "1" }),
    fc.constantFrom<unknown>(
        { audience: 5 },
        { audience: [] },
        { spiffeId: "spiffe://example.org/a" },
        { toString: 1 },
    ),
    fc.constantFrom<unknown>({ snapshot: 1, on: 2, off: 3 }, { name: "example.org" }, { trustDomain: "a", path: "/b" }),
);

/** One function with arguments that are right; each is replaced in turn. */
interface Call {
    readonly args: readonly unknown[];
    readonly run: (...args: never[]) => unknown;
    /** For an argument by its position: which wrong-looking values are right after all. */
    readonly fine?: Readonly<Record<number, (value: unknown) => boolean>>;
}

const isText = (value: unknown): boolean => typeof value === "string";
const isAbsent = (value: unknown): boolean => value === undefined;
/** Options may be any object: members that aren't known mean nothing. Those in {@link junk} that are known are all wrong. */
const isOptions = (value: unknown): boolean =>
    value === undefined || (typeof value === "object" && value !== null && !Array.isArray(value));
const isEmpty = (value: unknown): boolean => isOptions(value) && Object.keys(value ?? {}).length === 0;
const isListOfNothing = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
const isAudience = (value: unknown): boolean =>
    [value].flat().length > 0 && [value].flat().every((name) => typeof name === "string" && name !== "");

describe("Every public function", () => {
    let world: TlsWorld;
    let api: FakeWorkloadApi;
    let folder: string;
    let calls: Record<string, Call>;
    const closers: { close(): unknown }[] = [];

    before(async () => {
        world = await TlsWorld.create();
        api = await FakeWorkloadApi.start();
        folder = await mkdtemp(join(tmpdir(), "arguments-"));
        const issuer = new TokenIssuer("example.org");
        const token = await issuer.issue({ audience: ["reports"] });
        api.setJwtBundles({ bundles: { "spiffe://example.org": new TextEncoder().encode(issuer.document) } });
        api.setX509(x509Message([await world.ca.issue("/web")], [world.ca.bundle]));
        api.onFetchJwt = () => ({ svids: [{ spiffeId: "spiffe://example.org/web", svid: token }] });
        const client = new workload.WorkloadApiClient({ address: api.address, timeoutMs: 2_000 });
        const source = await jwt.JwtSource.start({ client });
        closers.push(source, client);

        const { svid, bundles } = world.server.snapshot();
        const id = core.SpiffeId.parse("spiffe://example.org/web");
        const domain = core.TrustDomain.parse("example.org");
        const der = concatDer([world.ca.certificate]);
        const tlsPolicy = { authorize: core.authorizeAny() };
        const anyChain = [[], { side: "client" }];
        const jwtBundle = jwt.JwtBundle.parse(domain, issuer.document);
        const spiffeBundle = { x509: world.ca.bundle, jwt: jwtBundle };
        const endpoint: federation.FederationEndpoint = {
            trustDomain: domain,
            url: "https://127.0.0.1:1/",
            profile: { type: "https_web" },
        };
        const key = svid.privateKey.export({ type: "pkcs8", format: "der" });
        const target = { host: "127.0.0.1", port: 1 };
        const optional = { fine: { 1: isOptions } };
        calls = {
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
            X509Svid: { args: [{ ...svid, privateKey: svid.privateKey }], run: (parts) => new core.X509Svid(parts) },
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
            "X509Svid.load": { args: [folder, folder], run: core.X509Svid.load },
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
            "JwtSource.start": { args: [{ client }], run: (options) => startAndClose(jwt.JwtSource.start(options)) },
            "JwtSource.fetch": {
                args: [{ audience: "reports" }, {}],
                run: (...args: [never, never]) => source.fetch(...args),
                ...optional,
            },
            "JwtSource.fetchAll": {
                args: [{ audience: "reports" }, {}],
                run: (...args: [never, never]) => source.fetchAll(...args),
                ...optional,
            },
            "JwtSource.validate": {
                args: [token, "reports", {}],
                run: (...args: [never, never, never]) => source.validate(...args),
                fine: { 2: isOptions },
            },
            WorkloadApiClient: {
                args: [{ address: api.address }],
                run: (options) => new workload.WorkloadApiClient(options).close(),
            },
            ...Object.fromEntries(
                (["fetchX509Context", "fetchX509Svid", "fetchJwtBundles"] as const).map((name) => [
                    `WorkloadApiClient.${name}`,
                    { args: [{}], run: (options: never) => client[name](options), fine: { 0: isOptions } },
                ]),
            ),
            "WorkloadApiClient.fetchJwtSvids": {
                args: [{ audience: "reports" }, {}],
                run: (...args: [never, never]) => client.fetchJwtSvids(...args),
                ...optional,
            },
            "WorkloadApiClient.fetchJwtSvid": {
                args: [{ audience: "reports" }, {}],
                run: (...args: [never, never]) => client.fetchJwtSvid(...args),
                ...optional,
            },
            "WorkloadApiClient.validateJwtSvid": {
                args: [token, "reports", {}],
                run: (...args: [never, never, never]) => client.validateJwtSvid(...args),
                fine: { 0: isText, 1: isText, 2: isOptions },
            },
            "X509Source.start": {
                args: [{ client }],
                run: (options) => startAndClose(workload.X509Source.start(options)),
            },
            "BundleSource.start": {
                args: [{ client, kinds: ["jwt"] }],
                run: (options) => startAndClose(workload.BundleSource.start(options)),
            },
            parseEndpointAddress: { args: ["unix:///a"], run: workload.parseEndpointAddress },
            resolveEndpointAddress: { args: ["unix:///a"], run: workload.resolveEndpointAddress },
            pickHint: { args: ["a"], run: workload.pickHint, fine: { 0: isText } },
            pickJwtHint: { args: ["a"], run: workload.pickJwtHint, fine: { 0: isText } },
            pickId: { args: [id], run: workload.pickId },
            parsePolicy: {
                args: ["allow: []", "name"],
                run: policy.parsePolicy,
                fine: { 1: (v) => isAbsent(v) || isText(v) },
            },
            watchPolicy: { args: [folder, {}], run: policy.watchPolicy },
            watchDenyList: { args: [folder, () => true, {}], run: policy.watchDenyList },
            loadPolicy: { args: [folder], run: policy.loadPolicy },
            SpiffeBundle: { args: [spiffeBundle], run: (parts) => new federation.SpiffeBundle(parts) },
            "SpiffeBundle.parse": { args: [domain, issuer.document], run: federation.SpiffeBundle.parse },
            fetchBundle: { args: [endpoint, { timeoutMs: 1 }], run: federation.fetchBundle },
            watchBundle: {
                args: [endpoint, { timeoutMs: 1 }],
                run: (...args: [never, never]) => federation.watchBundle(...args).next(),
                fine: { 1: isOptions },
            },
            FederatedX509Provider: {
                args: [world.server, [], {}],
                run: (...args: [never, never, never]) => new federation.FederatedX509Provider(...args).close(),
                fine: { 1: isListOfNothing, 2: isOptions },
            },
            bundleHandler: {
                args: [() => new federation.SpiffeBundle(spiffeBundle), "/"],
                run: federation.bundleHandler,
                fine: { 1: (value) => isAbsent(value) || isText(value) },
            },
            createBundleServer: {
                args: [{ profile: { type: "https_spiffe", identity: world.server }, bundle: () => undefined }],
                run: federation.createBundleServer,
            },
            serverOptions: { args: [world.server, tlsPolicy], run: tls.serverOptions },
            guardServer: {
                args: [tls.createTlsServer(world.server, tlsPolicy, () => {}), world.server, tlsPolicy],
                run: tls.guardServer,
            },
            createTlsServer: { args: [world.server, tlsPolicy, () => {}], run: tls.createTlsServer },
            connectTls: { args: [world.client, tlsPolicy, target], run: tls.connectTls },
            clientOptions: { args: [world.client, tlsPolicy], run: tls.clientOptions },
            createHttpsServer: {
                args: [world.server, tlsPolicy, () => {}, {}],
                run: http.createHttpsServer,
                fine: { 3: isEmpty },
            },
            createHttp2Server: {
                args: [world.server, tlsPolicy, () => {}, {}],
                run: http.createHttp2Server,
                fine: { 3: isEmpty },
            },
            connectHttp2: { args: [world.client, tlsPolicy, "https://127.0.0.1:1", {}], run: http.connectHttp2 },
            SpiffeHttpsAgent: {
                args: [world.client, tlsPolicy, {}],
                run: (...args: [never, never, never]) => new http.SpiffeHttpsAgent(...args).destroy(),
                fine: { 2: isOptions },
            },
            SpiffeHttp2Pool: {
                args: [world.client, tlsPolicy],
                run: (...args: [never, never]) => new http.SpiffeHttp2Pool(...args).close(),
            },
            SpiffeDispatcher: {
                args: [world.client, tlsPolicy],
                run: (...args: [never, never]) => new fetching.SpiffeDispatcher(...args).close(),
            },
            channelCredentials: { args: [world.client, tlsPolicy], run: grpc.channelCredentials },
            createGrpcListener: { args: [echoServer(() => ""), world.server, tlsPolicy], run: grpc.createGrpcListener },
            combineObservers: { args: [() => {}], run: metrics.combineObservers },
            "SpiffeMetrics.trackIdentity": {
                args: [world.server],
                run: (identity) => new metrics.SpiffeMetrics(new Registry()).trackIdentity(identity)(),
            },
        };
    });
    after(async () => {
        for (const closer of closers) {
            closer.close();
        }
        await world.close();
        await api.stop();
        await rm(folder, { recursive: true });
    });

    async function startAndClose(starting: Promise<{ close(): void }>): Promise<void> {
        (await starting).close();
    }

    it("is tried here", () => {
        const elsewhere = new Set([
            // Fail by an event, in their own specs; take what grpc-js and undici give; have nothing to get wrong.
            ...["connectSocket", "negotiatedGroup", "createFetch", "authorizeAny", "pickFirst", "traceHandshakes"],
            "SpiffeMetrics",
        ]);
        const surface = Object.entries({
            ...{
                ...core,
                ...federation,
                ...fetching,
                ...grpc,
                ...http,
                ...jwt,
                ...metrics,
                ...policy,
                ...workload,
                ...tls,
            },
        }).filter(([, value]) => typeof value === "function");
        const missing = surface
            .map(([name]) => name)
            .filter((name) => !elsewhere.has(name) && !name.endsWith("Error"))
            .filter((name) => !Object.keys(calls).some((call) => call === name || call.startsWith(`${name}.`)));
        assert.deepEqual(missing, []);
    });

    it("does what it says with arguments of any other kind, or refuses them with a SpiffeError", async function () {
        this.timeout(60_000);
        const faults = new Set<string>();
        const check = async (name: string, position: number, value: unknown): Promise<void> => {
            const call = calls[name];
            const args = call?.args.with(position, value) ?? [];
            try {
                await call?.run(...(args as never[]));
                if (call?.fine?.[position]?.(value) !== true) {
                    faults.add(`${name}, argument ${position}: accepts ${JSON.stringify(value)}`);
                }
            } catch (error) {
                // What the system says of an address or a file comes as it is.
                const system = error instanceof Error && "syscall" in error;
                if (!(error instanceof core.SpiffeError) && !system) {
                    faults.add(`${name}, argument ${position}: ${JSON.stringify(value)} gives ${String(error)}`);
                }
            }
        };
        for (const [name, call] of Object.entries(calls)) {
            for (const position of call.args.keys()) {
                await fc.assert(
                    fc.asyncProperty(junk, (value) => check(name, position, value)),
                    { numRuns: RUNS },
                );
            }
        }
        assert.deepEqual([...faults], []);
    });

    it("takes an audience given as text for one audience", async () => {
        const issuer = new TokenIssuer("example.org");
        await fc.assert(
            fc.asyncProperty(fc.string({ minLength: 1 }), fc.nat(), fc.nat(), async (audience, from, to) => {
                const part = audience.slice(from % audience.length, to % (audience.length + 1));
                const other = part === audience || part === "" ? `${audience}!` : part;
                const token = await issuer.issue({ audience: [other] });
                assert.equal(isAudience(audience), true);
                await assert.rejects(jwt.JwtSvid.parseAndValidate(token, audience, issuer.bundles), {
                    code: "audience",
                });
                const good = await issuer.issue({ audience: ["x", audience] });
                await jwt.JwtSvid.parseAndValidate(good, audience, issuer.bundles);
            }),
            { numRuns: 30 },
        );
    });
});
