import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";

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
import type { Call, Given } from "./arguments/call.js";
import { connectionCalls } from "./arguments/connections.js";
import { valueCalls } from "./arguments/values.js";
import { FakeWorkloadApi, x509Message } from "./support/fake-workload-api.js";
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

        await core.saveX509Snapshot(world.server.snapshot(), folder);
        const given: Given = { world, api, folder, issuer, token, client, source };
        calls = { ...(await valueCalls(given)), ...connectionCalls(given) };
    });
    after(async () => {
        for (const closer of closers) {
            closer.close();
        }
        await world.close();
        await api.stop();
        await rm(folder, { recursive: true });
    });

    it("is tried here", () => {
        const elsewhere = new Set([
            // Fail by an event, in their own specs; take what grpc-js and undici give; have nothing to get wrong.
            ...["connectSocket", "negotiatedGroup", "createFetch", "authorizeAny", "pickFirst", "traceHandshakes"],
            "SpiffeMetrics",
        ]);
        const surface = Object.entries({
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
