import { Registry } from "prom-client";

import * as federation from "../../src/entry/federation.js";
import * as fetching from "../../src/entry/fetch.js";
import * as grpc from "../../src/entry/grpc.js";
import * as http from "../../src/entry/http.js";
import * as jwt from "../../src/entry/jwt.js";
import * as metrics from "../../src/entry/metrics.js";
import * as workload from "../../src/entry/workload.js";
import * as core from "../../src/index.js";
import * as tls from "../../src/tls/index.js";
import { echoServer } from "../support/grpc-echo.js";
import type { Call, Given } from "./call.js";
import { isAbsent, isEmpty, isListOfNothing, isOptions, isText, startAndClose } from "./call.js";

/** Of the Workload API, of federation and of TLS. */
export function connectionCalls({ world, api, issuer, token, client, source }: Given): Record<string, Call> {
    const id = core.SpiffeId.parse("spiffe://example.org/web");
    const domain = core.TrustDomain.parse("example.org");
    const tlsPolicy = { authorize: core.authorizeAny() };
    const jwtBundle = jwt.JwtBundle.parse(domain, issuer.document);
    const spiffeBundle = { x509: world.ca.bundle, jwt: jwtBundle };
    const endpoint: federation.FederationEndpoint = {
        trustDomain: domain,
        url: "https://127.0.0.1:1/",
        profile: { type: "https_web" },
    };
    const target = { host: "127.0.0.1", port: 1 };
    const optional = { fine: { 1: isOptions } };
    return {
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
}
