import assert from "node:assert/strict";

import { faultIn, parseLogLine } from "../../src/agent/index.js";

describe("The log of a SPIRE agent", () => {
    it("is read line by line, as JSON or as text", () => {
        assert.deepEqual(parseLogLine('{"level":"warning","msg":"Failed","error":"no route"}'), {
            level: "warning",
            message: "Failed: no route",
        });
        assert.deepEqual(parseLogLine("spire-agent: not JSON"), { level: "info", message: "spire-agent: not JSON" });
        assert.deepEqual(parseLogLine("42"), { level: "info", message: "42" });
    });

    const told: [string, string, boolean][] = [
        ["failed to attest: join token does not exist or has already been used", "join_token_rejected", true],
        ["rpc error: code = PermissionDenied desc = failed to attest: agent is banned", "banned", true],
        [
            "failed to dial: transport: authentication handshake failed: x509svid: could not verify leaf certificate: x509: certificate signed by unknown authority",
            "server_untrusted",
            true,
        ],
        ["current agent SVID has already expired and can no longer be renewed", "svid_expired", true],
        ["failed to attest: k8s-psat: token review failed", "attestation_rejected", true],
        ["listen unix /run/api.sock: bind: address already in use", "address_in_use", true],
        ['unknown configuration detected: agent "typo"', "bad_configuration", true],
        ["error reading server preface: remote error: tls: bad certificate", "svid_rejected", false],
        ["dial tcp 127.0.0.1:8081: connect: connection refused", "server_unreachable", false],
        ["dial tcp: lookup spire-server: no such host", "server_unreachable", false],
    ];
    for (const [message, code, final] of told) {
        it(`tells of ${code}${final ? ", for good" : ""}: ${message.slice(0, 60)}`, () => {
            const fault = faultIn({ level: "error", message });
            assert.equal(fault?.code, code);
            assert.equal(fault.final, final);
            assert.equal(fault.message, message);
        });
    }

    it("tells of nothing in ordinary lines, in debug lines and where a plugin is called join_token", () => {
        assert.equal(faultIn({ level: "info", message: "Starting agent" }), undefined);
        assert.equal(faultIn({ level: "debug", message: "connection refused" }), undefined);
        assert.equal(faultIn({ level: "info", message: "Plugin loaded: join token" }), undefined);
    });
});
