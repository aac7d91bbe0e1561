import assert from "node:assert/strict";

import fc from "fast-check";

import { HclError, parseHcl } from "../../../../policies/controls/identity/hcl";

/** Plain JSON, as `parseHcl` would have to yield it. */
const plain = (text: string): unknown => JSON.parse(JSON.stringify(parseHcl(text)));

describe("parseHcl", () => {
    it("reads blocks, labels, lists, texts, numbers, booleans, here-documents and comments", () => {
        assert.deepEqual(
            plain(`
                # a server
                server {
                    trust_domain = "x0tta6bl4.io" // its name
                    bind_port = 8081
                    ratio = -1.5e2
                    audit_log_enabled = true
                    "quoted key" = false
                    admin_ids = ["a", "b",]
                    ca_subject = { country = ["EE"], organization = ["Zero"] }
                    text = <<EOT
line one
line "two"
EOT
                }
                /* the plugins
                   of it */
                plugins {
                    KeyManager "disk" { plugin_data { keys_path = "/keys.json" } }
                    NodeAttestor "k8s_psat" { plugin_data { clusters = { "blue" = { audience = [] } } } }
                    NodeAttestor "join_token" { plugin_data = {} }
                }`),
            {
                server: [
                    {
                        trust_domain: "x0tta6bl4.io",
                        bind_port: 8081,
                        ratio: -150,
                        audit_log_enabled: true,
                        "quoted key": false,
                        admin_ids: ["a", "b"],
                        ca_subject: { country: ["EE"], organization: ["Zero"] },
                        text: 'line one\nline "two"\n',
                    },
                ],
                plugins: [
                    {
                        KeyManager: [{ disk: [{ plugin_data: [{ keys_path: "/keys.json" }] }] }],
                        NodeAttestor: [
                            { k8s_psat: [{ plugin_data: [{ clusters: { blue: { audience: [] } } }] }] },
                            { join_token: [{ plugin_data: {} }] },
                        ],
                    },
                ],
            },
        );
    });

    for (const [text, message] of [
        ["a = ", "line 1: a value is expected"],
        ["a = nothing", "line 1: a value is expected"],
        ["a\n{", 'line 2: "}" is expected'],
        ["a = [1, 2", 'line 1: "]" is expected'],
        ["a = [1 2]", 'line 1: "]" is expected'],
        ["a b", 'line 1: a value or a block is expected after "a b"'],
        ["}", 'line 1: "}" is not expected here'],
        ['a = "\\q"', "line 1: a string holds an escape that HCL does not know"],
        ["a = <<EOT\nline\n", "line 2: the here-document EOT does not end"],
    ] as const) {
        it(`refuses ${JSON.stringify(text)} with its line`, () => {
            assert.throws(() => parseHcl(text), new HclError(message.slice(8), Number(message[5])));
        });
    }

    it("refuses a file that is nested without end instead of running out of stack", () => {
        assert.throws(() => parseHcl("a {".repeat(100_000)), /^HclError: line 1: blocks are nested deeper than 64$/);
        assert.throws(
            () => parseHcl(`a = ${"[".repeat(100_000)}`),
            /^HclError: line 1: values are nested deeper than 64$/,
        );
    });

    it("reads back every assignment of JSON values", () => {
        const word = fc.stringMatching(/^[a-z_]{1,8}$/).filter((key) => key !== "true" && key !== "false");
        const scalar = fc.oneof(fc.stringMatching(/^[ -~]{0,12}$/), fc.integer(), fc.boolean());
        const { value } = fc.letrec<{ value: unknown }>((tie) => ({
            value: fc.oneof(
                { maxDepth: 4 },
                scalar,
                fc.array(tie("value"), { maxLength: 4 }),
                fc.dictionary(word, tie("value")),
            ),
        }));
        fc.assert(
            fc.property(word, value, (key, expected) => {
                const text = `${key} = ${JSON.stringify(expected)}`;
                assert.deepEqual(plain(text), JSON.parse(JSON.stringify({ [key]: expected })));
            }),
        );
    });

    it("never fails but with a line", () => {
        fc.assert(
            fc.property(fc.string(), (text) => {
                try {
                    parseHcl(text);
                } catch (error) {
                    assert.ok(error instanceof HclError);
                }
            }),
        );
    });
});
