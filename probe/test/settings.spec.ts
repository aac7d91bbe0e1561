import assert from "node:assert/strict";

import { AuthorizationError, SpiffeId, TrustDomain } from "@x0tta6bl4/spiffe";

import { authorizer } from "../src/authorization.js";
import { readSettings, SettingsError } from "../src/settings.js";

const base = { SPIFFE_ENDPOINT_SOCKET: "unix:///run/spire/agent.sock" };

describe("Settings of the probe", () => {
    it("have defaults for all but the Workload API, and require post-quantum key exchange", () => {
        assert.deepEqual(readSettings(base), {
            workloadApi: "unix:///run/spire/agent.sock",
            echoPort: 8443,
            httpPort: 8080,
            allowed: [],
            peers: [],
            forbidden: [],
            intervalSeconds: 30,
            kem: "require",
        });
    });

    it("are read from the environment", () => {
        const settings = readSettings({
            ...base,
            PROBE_ECHO_PORT: "9443",
            PROBE_HTTP_PORT: "9080",
            PROBE_ALLOWED: "spiffe://example.org/probe, other.test",
            PROBE_PEERS: "https://a.test:8443,https://b.test",
            PROBE_FORBIDDEN: "kubernetes.default.svc:443, [::1]:8080",
            PROBE_INTERVAL: "5",
            PROBE_KEM: "prefer",
        });
        assert.deepEqual(settings.allowed.map(String), ["spiffe://example.org/probe", "other.test"]);
        assert.deepEqual(
            settings.peers.map(({ host }) => host),
            ["a.test:8443", "b.test"],
        );
        assert.deepEqual(settings.forbidden, [
            { name: "kubernetes.default.svc:443", host: "kubernetes.default.svc", port: 443 },
            { name: "[::1]:8080", host: "::1", port: 8080 },
        ]);
        assert.deepEqual(
            [settings.echoPort, settings.httpPort, settings.intervalSeconds, settings.kem],
            [9443, 9080, 5, "prefer"],
        );
    });

    it("are refused with every fault at once", () => {
        const env = {
            PROBE_ECHO_PORT: "0",
            PROBE_HTTP_PORT: "http",
            PROBE_ALLOWED: "spiffe://",
            PROBE_PEERS: "http://a.test",
            PROBE_FORBIDDEN: "api:443,https://api",
            PROBE_INTERVAL: "0.5",
            PROBE_KEM: "hope",
        };
        const message = [
            "The probe is misconfigured:",
            "  SPIFFE_ENDPOINT_SOCKET is missing; it must be the address of the Workload API",
            '  PROBE_ECHO_PORT must be a whole number from 1 to 65535, found "0"',
            '  PROBE_HTTP_PORT must be a whole number from 1 to 65535, found "http"',
            '  PROBE_ALLOWED must be SPIFFE IDs and trust domains with commas between them, found "spiffe://"',
            '  PROBE_PEERS must be https URLs with commas between them, found "http://a.test"',
            '  PROBE_FORBIDDEN must be host:port items with commas between them, found "api:443,https://api"',
            '  PROBE_INTERVAL must be seconds, from 1 to 86400, found "0.5"',
            '  PROBE_KEM must be "prefer" or "require", found "hope"',
        ].join("\n");
        assert.throws(() => readSettings(env), { name: SettingsError.name, message });
    });

    for (const text of ["api", "api:0", "api:65536", "api:0443", "api:443/", ":443", "::1:443"]) {
        it(`are refused with the forbidden target ${text}`, () => {
            assert.throws(() => readSettings({ ...base, PROBE_FORBIDDEN: text }), {
                message: `The probe is misconfigured:\n  PROBE_FORBIDDEN must be host:port items with commas between them, found "${text}"`,
            });
        });
    }

    it("show no text that may hold a password", () => {
        assert.throws(() => readSettings({ ...base, PROBE_FORBIDDEN: "keeper:hunter2@api:443" }), {
            message:
                "The probe is misconfigured:\n  PROBE_FORBIDDEN must be host:port items with commas between them, found a text of 22 characters",
        });
    });

    it("are refused when both servers would listen at one port", () => {
        assert.throws(() => readSettings({ ...base, PROBE_ECHO_PORT: "8080" }), {
            message:
                "The probe is misconfigured:\n  PROBE_ECHO_PORT and PROBE_HTTP_PORT are both 8080; they must differ",
        });
    });
});

describe("Authorization of the probe", () => {
    const own = TrustDomain.parse("example.org");
    const other = SpiffeId.parse("spiffe://other.test/probe");

    const connection = { side: "server" } as const;

    it("lets in its own trust domain where nothing else is said", () => {
        assert.equal(authorizer([], own)(SpiffeId.parse("spiffe://example.org/any"), [], connection), true);
        assert.throws(() => authorizer([], own)(other, [], connection), AuthorizationError);
    });

    it("lets in only what is listed otherwise", () => {
        const authorize = authorizer([other, TrustDomain.parse("third.test")], own);
        assert.equal(authorize(other, [], connection), true);
        assert.equal(authorize(SpiffeId.parse("spiffe://third.test/any"), [], connection), true);
        assert.throws(() => authorize(SpiffeId.parse("spiffe://example.org/any"), [], connection), {
            message: "spiffe://example.org/any may not use this probe",
        });
    });
});
