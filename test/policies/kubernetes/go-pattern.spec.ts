import assert from "node:assert/strict";

import { goPattern, UnreadablePattern } from "../../../policies/kubernetes/go-pattern";

/** What Go's regexp package says of each text: those that match, and those that don't. */
const PATTERNS: readonly (readonly [pattern: string, takes: readonly string[], refuses: readonly string[]])[] = [
    ["^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", ["a", "a-b"], ["", "-a", "A", "a\n"]],
    ["^\\s$", [" ", "\t"], ["\u00a0", "\u000b", "\ufeff"]],
    ["^\\S$", ["\u00a0", "\u000b", "a"], [" "]],
    ["^[^\\s]$|^[\\s-]$", ["-", " ", "\u00a0"], ["aa"]],
    ["^.$", ["\r", "\u2028", "😀"], ["\n", "ab"]],
    ["(?s)^.$", ["\n", "😀"], ["ab"]],
    ["(?i)^k$", ["K", "\u212a"], ["x"]],
    ["^[😀-😂]$", ["😁"], ["a", "\ud83d"]],
    ["^[]a]+$", ["]", "a]"], ["b"]],
    ["^[^]a]$", ["b"], ["]", "a"]],
    ["^[[a]$", ["[", "a"], ["b"]],
    ["^[\\w-.]+$", ["a-b.c"], ["a b"]],
    ["^[[:alpha:]-]+$", ["a-b"], ["1"]],
    ["^[(){}/|.^$*+?]$", ["(", "}", "/", "|", "$"], ["a"]],
    ["^\\@\\-\\/\\]$", ["@-/]"], ["a"]],
    ["^a{$|^}]$", ["a{", "}]"], ["a"]],
    ["^a{1,1000}$", ["a", "aa"], ["", "a{1,1000}"]],
    ["^a{1000}$", ["a".repeat(1000)], ["a", "a{1000}"]],
    ["^a{,2}$|^b{01}$", ["a{,2}", "b{01}"], ["a", "b"]],
    ["\\Aa\\z", ["a"], ["a\n", "ba"]],
    ["^\\a\\x41$", ["\u0007A"], ["aA"]],
    ["^(?P<x>a)(?<y>b)(?:c)$", ["abc"], ["ab"]],
];

describe("regular expressions of Go", () => {
    for (const [pattern, takes, refuses] of PATTERNS) {
        it(`take what Go takes, as ${pattern}`, () => {
            for (const text of takes) {
                assert.equal(goPattern(pattern).test(text), true, JSON.stringify(text));
            }
            for (const text of refuses) {
                assert.equal(goPattern(pattern).test(text), false, JSON.stringify(text));
            }
        });
    }

    for (const pattern of [
        ...[
            "(?=a)",
            "(?!a)",
            "(?<=a)",
            "\\1",
            "\\u0041",
            "\\cA",
            "\\e",
            "\\k<a>",
            "(",
            "a)",
            "a**",
            "a{1001}",
            "a{1,1001}",
            "[a",
            "[z-a]",
        ],
        ...[
            "(?m)^a$",
            "(?U)a+",
            "(?i)\\ba",
            "\\pL",
            "[\\p{Greek}]",
            "\\Qa.b\\E",
            "\\C",
            "[[:^alpha:]]",
            "[[:cntrl:]]",
            "[\\S]",
            "[\\b]",
        ],
    ]) {
        it(`are not read where Go refuses them or JavaScript has no equal: ${pattern}`, () => {
            assert.throws(() => goPattern(pattern), UnreadablePattern);
        });
    }
});
