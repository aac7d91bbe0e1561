import assert from "node:assert/strict";

import type { RuleFile } from "../../../components/falco/rules";
import { FalcoRulesError, parseRules } from "../../../components/falco/rules";

const RULE = `
- rule: Shell
  desc: A shell was started.
  condition: started and proc.name in (shells)
  output: Shell %proc.cmdline
  priority: CRITICAL
  tags: [T1059]
`;
const WORDS = `
- list: shells
  items: [sh, bash]
- macro: started
  condition: (evt.type in (execve, execveat))
`;

function file(text: string, name = "rules.yaml"): RuleFile {
    return { name, text };
}

/** Rules with one change each, so that a test shows only what is wrong. */
function changed(from: string, to: string): RuleFile {
    assert.ok((WORDS + RULE).includes(from), `the fixture holds no "${from}"`);
    return file((WORDS + RULE).replace(from, to));
}

function faultsOf(...files: readonly RuleFile[]): readonly string[] {
    try {
        parseRules(files);
    } catch (error) {
        assert.ok(error instanceof FalcoRulesError);
        return error.faults;
    }
    return [];
}

describe("Falco rule files", () => {
    it("are read in order, with the names they define", () => {
        assert.deepEqual(parseRules([file(WORDS, "a.yaml"), file(RULE, "b.yaml")]), {
            rules: [
                {
                    name: "Shell",
                    file: "b.yaml",
                    source: "syscall",
                    priority: "CRITICAL",
                    tags: ["T1059"],
                    exceptions: [],
                },
            ],
            macros: ["started"],
            lists: ["shells"],
        });
    });

    it("are refused when a file uses what only a later one defines", () => {
        assert.deepEqual(faultsOf(file(RULE, "a.yaml"), file(WORDS, "b.yaml")), [
            'a.yaml: rule "Shell": there is no macro started before it',
            'b.yaml: list "shells" is never used',
        ]);
    });

    const cases: readonly [string, RuleFile, readonly string[]][] = [
        [
            "that are no YAML",
            file("- rule: [x"),
            ["rules.yaml:1: unexpected end of the stream within a flow collection"],
        ],
        ["that hold no list", file("rule: x"), ["rules.yaml: must hold a list of rules, macros and lists"]],
        ["with an entry that is no object", file("- 7"), ["rules.yaml: entry 1 must be an object"]],
        [
            "with an entry of an unknown kind",
            file("- rulee: x"),
            ["rules.yaml: entry 1 must define a rule, a macro or a list, found rulee"],
        ],
        ["with an entry without a name", file("- rule: 7"), ["rules.yaml: entry 1.rule must be a name"]],
        [
            "with an unknown macro",
            changed("condition: started and", "condition: starts and"),
            [
                'rules.yaml: rule "Shell": there is no macro starts before it',
                'rules.yaml: macro "started" is never used',
            ],
        ],
        [
            "with an unknown list",
            changed("in (shells)", "in (known_shells)"),
            [
                'rules.yaml: rule "Shell": there is no list known_shells before it',
                'rules.yaml: list "shells" is never used',
            ],
        ],
        [
            "with a field that does not exist",
            changed("proc.name in", "proc.nam in"),
            ['rules.yaml: rule "Shell": there is no field proc.nam in source syscall'],
        ],
        [
            "with a field of the other source",
            changed("tags: [T1059]", "tags: [T1059]\n  source: k8s_audit"),
            [
                'rules.yaml: rule "Shell": there is no field proc.name in source k8s_audit',
                'rules.yaml: rule "Shell": there is no field evt.type in source k8s_audit',
                'rules.yaml: rule "Shell": there is no field proc.cmdline in source k8s_audit',
            ],
        ],
        [
            "with an unknown field in the output",
            changed("%proc.cmdline", "%proc.commandline"),
            ['rules.yaml: rule "Shell": there is no field proc.commandline in source syscall'],
        ],
        [
            "with an unknown source",
            changed("tags: [T1059]", "tags: [T1059]\n  source: syscalls"),
            ['rules.yaml: rule "Shell": source must be one of syscall, k8s_audit, found "syscalls"'],
        ],
        [
            "with an unknown priority",
            changed("CRITICAL", "FATAL"),
            [
                'rules.yaml: rule "Shell": priority must be one of EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFORMATIONAL, DEBUG, found "FATAL"',
            ],
        ],
        [
            "that switch a rule off",
            changed("tags: [T1059]", "tags: [T1059]\n  enabled: false"),
            ['rules.yaml: rule "Shell": enabled must be left out; make an exception instead of switching a rule off'],
        ],
        [
            "that append the deprecated way",
            changed("tags: [T1059]", "tags: [T1059]\n  append: true"),
            ['rules.yaml: rule "Shell": append is deprecated in Falco; amend by override: {condition: append}'],
        ],
        [
            "with an unknown key",
            changed("desc:", "description: x\n  desc:"),
            [
                'rules.yaml: rule "Shell": description is not known; a rule has rule, desc, condition, output, priority, source, tags, exceptions, enabled',
            ],
        ],
        [
            "without a technique",
            changed("[T1059]", "[shell]"),
            ['rules.yaml: rule "Shell": tags must hold a MITRE ATT&CK technique such as T1552.004'],
        ],
        [
            "without a description",
            changed("A shell was started.", '""'),
            ['rules.yaml: rule "Shell": desc must be a text that is not empty'],
        ],
        [
            "without a condition",
            file(WORDS + "- macro: x\n" + RULE),
            [
                'rules.yaml: macro "x": condition must be a text that is not empty',
                'rules.yaml: macro "x" is never used',
            ],
        ],
        [
            "with a list of objects",
            changed("[sh, bash]", "[{sh: 1}]"),
            ['rules.yaml: list "shells": items must be a list of texts and numbers'],
        ],
        ["that define a name twice", file(WORDS + RULE + RULE), ['rules.yaml: rule "Shell" is defined already']],
        [
            "that define a list twice",
            file(WORDS + "- list: shells\n  items: [zsh]\n" + RULE),
            ['rules.yaml: list "shells" is defined already; amend it by override'],
        ],
        [
            "that amend nothing",
            file(WORDS + "- list: editors\n  items: [vi]\n  override: {items: append}\n" + RULE),
            ['rules.yaml: list "editors": override needs a list of that name before it, and there is none'],
        ],
        [
            "that amend the wrong part",
            file(WORDS + "- list: shells\n  items: [vi]\n  override: {condition: append}\n" + RULE),
            ['rules.yaml: list "shells": override must be {items: append} or {items: replace}'],
        ],
    ];
    for (const [title, input, expected] of cases) {
        it(`are refused ${title}`, () => {
            assert.deepEqual(faultsOf(input), expected);
        });
    }

    const conditions: readonly [string, string][] = [
        ["started and", "ends where a field, a macro or a parenthesis is due"],
        ["started and (proc.name in (shells)", 'ends where ")" is due'],
        ["started proc.name in (shells)", 'has "proc.name" where "and", "or" or its end is due'],
        ["started and proc.name", "names the field proc.name without an operator"],
        ["started and proc.name is sh", 'has "is" after the field proc.name, which is no operator'],
        ["started and proc.name in shells", 'has "shells" where "(" after "in" is due'],
        ["started and proc.name = )", 'has ")" where a value after "=" is due'],
        ["started and proc.name in ()", 'has ")" where a list item is due'],
        ["started and proc.name =", 'ends where a value after "=" is due'],
        ["started and proc.name = (sh)", 'has "(" where a value after "=" is due'],
        ["started and 'sh", "can't be read from \"'sh\" on"],
    ];
    for (const [condition, message] of conditions) {
        it(`are refused with the condition: ${condition}`, () => {
            const faults = faultsOf(
                file(`${WORDS}${RULE}- rule: Broken
  desc: d
  condition: ${JSON.stringify(condition)}
  output: o
  priority: DEBUG
  tags: [T1059]
`),
            );
            assert.deepEqual(faults, [`rules.yaml: rule "Broken": condition ${message}`]);
        });
    }

    it("may amend a list of their own and a hook of Falco's own rules", () => {
        const amended = file(
            `- list: shells
  items: [zsh]
  override: {items: append}
- macro: user_known_contact_k8s_api_server_activities
  condition: (proc.name = kubelet)
  override: {condition: replace}
`,
            "z.yaml",
        );
        assert.equal(parseRules([file(WORDS + RULE), amended]).rules.length, 1);
    });

    const exception = (body: string) => changed("tags: [T1059]", `tags: [T1059]\n  exceptions:\n    - ${body}`);
    const exceptions: readonly [string, string, readonly string[]][] = [
        [
            "without a name",
            "{fields: [proc.name], comps: [=], values: [[sh]]}",
            ['rules.yaml: rule "Shell": exceptions[0].name must be a name'],
        ],
        [
            "without fields",
            "{name: a, comps: [], values: [[]]}",
            ['rules.yaml: rule "Shell": exceptions[0].fields must name at least one field'],
        ],
        [
            "with fewer operators than fields",
            "{name: a, fields: [proc.name, user.uid], comps: [=], values: [[sh, 0]]}",
            ['rules.yaml: rule "Shell": exceptions[0].comps must hold one operator for each field: 2, found 1'],
        ],
        [
            "with an unknown operator",
            "{name: a, fields: [proc.name], comps: [is], values: [[sh]]}",
            ['rules.yaml: rule "Shell": exceptions[0].comps: there is no operator "is"'],
        ],
        [
            "with an unknown field",
            "{name: a, fields: [proc.nam], comps: [=], values: [[sh]]}",
            ['rules.yaml: rule "Shell": there is no field proc.nam in source syscall'],
        ],
        [
            "without values",
            "{name: a, fields: [proc.name], comps: [=]}",
            ['rules.yaml: rule "Shell": exceptions[0].values must be a list that is not empty'],
        ],
        [
            "with a value missing",
            "{name: a, fields: [proc.name, user.uid], comps: [=, =], values: [[sh]]}",
            ['rules.yaml: rule "Shell": exceptions[0].values[0] must hold one value for each field: 2'],
        ],
        [
            "with an unknown list",
            "{name: a, fields: [proc.name], comps: [in], values: [[[odd_shells]]]}",
            ['rules.yaml: rule "Shell": there is no list odd_shells before it'],
        ],
    ];
    for (const [title, body, expected] of exceptions) {
        it(`are refused with an exception ${title}`, () => {
            assert.deepEqual(faultsOf(exception(body)), expected);
        });
    }

    it("may have exceptions by one field, given as a text", () => {
        const { rules } = parseRules([
            exception("{name: editors, fields: proc.pname, comps: in, values: [vi, shells]}"),
        ]);
        assert.deepEqual(rules[0]?.exceptions, ["editors"]);
    });

    it("name every fault at once", () => {
        const both = file(
            (WORDS + RULE).replace("CRITICAL", "FATAL").replace("[T1059]", "[]").replace("%proc.cmdline", "%x.y"),
        );
        assert.equal(faultsOf(both).length, 3);
    });
});
