import assert from "node:assert/strict";

import { parseEndpointAddress, resolveEndpointAddress } from "../src/entry/workload.js";
import { Backoff } from "../src/workload/backoff.js";

describe("Endpoint addresses", () => {
    it("become targets of gRPC", () => {
        const targets = [
            "unix:///run/a.sock",
            "unix:/run/a%20b.sock",
            "tcp://127.0.0.1:80",
            "tcp://[::1]:8080",
            "UNIX:///a",
        ];
        assert.deepEqual(
            targets.map((text) => parseEndpointAddress(text).target),
            ["unix:/run/a.sock", "unix:/run/a b.sock", "ipv4:127.0.0.1:80", "ipv6:[::1]:8080", "unix:/a"],
        );
    });

    it("come from the environment when there is no explicit one", () => {
        const environment = { SPIFFE_ENDPOINT_SOCKET: "unix:///run/a.sock" };
        assert.equal(resolveEndpointAddress(undefined, environment).text, "unix:///run/a.sock");
        assert.equal(resolveEndpointAddress("tcp://127.0.0.1:1", environment).text, "tcp://127.0.0.1:1");
        assert.throws(() => resolveEndpointAddress(undefined, {}), {
            code: "no_address",
            message:
                "No Workload API address: pass one, or set SPIFFE_ENDPOINT_SOCKET to unix:///path/to/socket or tcp://IP:port",
        });
    });

    const refused: readonly [string, string][] = [
        ["", "the scheme must be unix or tcp"],
        ["http://127.0.0.1", "the scheme must be unix or tcp"],
        ["unix:///a b", "it contains a character that may not stand in a URI"],
        ["unix://host/a", "a unix address has no host: write unix:///path"],
        ["unix:a", "the path must be absolute"],
        ["unix:///", "the path names no socket"],
        ["unix:///a%zz", "the path has a broken percent-encoding"],
        ["unix:///a%00", "the path contains a zero byte"],
        ["unix:///a?b", "a query or fragment is not allowed"],
        ["tcp://u@127.0.0.1:1", "a user is not allowed"],
        ["tcp://127.0.0.1:1/a", "a path is not allowed in a tcp address"],
        ["tcp://localhost:1", "the host must be an IP address, followed by a port"],
        ["tcp://[fe80::1%25eth0]:1", "the host must be an IP address, followed by a port"],
        ["tcp://127.0.0.1:65536", "the port must be a number from 1 to 65535"],
        ["tcp://127.0.0.1:0", "the port must be a number from 1 to 65535"],
    ];
    for (const [text, fault] of refused) {
        it(`refuse ${JSON.stringify(text)}: ${fault}`, () => {
            assert.throws(() => parseEndpointAddress(text), {
                code: "invalid_address",
                message: `Workload API address ${JSON.stringify(text)}: ${fault}. Use unix:///path/to/socket or tcp://IP:port`,
            });
        });
    }
});

describe("Backoff", () => {
    it("grows to its maximum, shortened by up to a fifth, and starts over", () => {
        const backoff = new Backoff({ initialMs: 100, maxMs: 350, factor: 2 }, () => 0.999);
        assert.deepEqual(
            [1, 2, 3, 4].map(() => backoff.next()),
            [80, 160, 280, 280],
        );
        backoff.reset();
        assert.equal(backoff.next(), 80);
        const full = new Backoff({ initialMs: 100, maxMs: 350, factor: 2 }, () => 0);
        for (let i = 0; i < 5_000; i++) {
            full.next();
        }
        assert.equal(full.next(), 350);
    });
});
