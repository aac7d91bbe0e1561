/** Numbers from a seed, the same on every machine (xorshift32). */
export class Random {
    private state: number;

    constructor(seed: number) {
        this.state = seed | 0 || 1;
    }

    /** A whole number from 0 to `bound` - 1. */
    below(bound: number): number {
        this.state ^= this.state << 13;
        this.state ^= this.state >>> 17;
        this.state ^= this.state << 5;
        return (this.state >>> 0) % bound;
    }

    pick<T>(items: readonly T[]): T {
        const item = items[this.below(items.length)];
        if (item === undefined) {
            throw new RangeError("nothing to pick from");
        }
        return item;
    }
}

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web # the name
  labels: {app: web, "tier": 'front'}
spec:
  automountServiceAccountToken: false # no token needed
  hostPID: yes
  containers:
  - name: web
    image: nginx:1.27
    args: [
      "--a", b, 'c',
    ]
    securityContext: {runAsUser: 0644, privileged: off}
    command:
      - sh
      - -c
      - |
        echo one
          echo two

        echo three
  - name: side
    image: "busy\\u0062ox"
    resources: {limits: {cpu: 1.5, memory: 1_000}}
`;

const CONFIG = `apiVersion: v1
kind: ConfigMap
metadata:
  name: files
data:
  folded: >-
    one
    two

    three
     four
  kept: |+
    a

  indented: |2
      x
  plain: several words
    on two lines
  quoted: "one \\
    two
    three"
  single: 'it''s
    two lines'
  url: http://example.org:80/#x
  empty:
  tilde: ~
binaryData: {}
`;

const ANCHORS = `apiVersion: v1
kind: Pod
metadata: &meta
  name: shared
  labels: &labels
    app: x
x-base: &base {privileged: true, runAsUser: 0}
spec:
  a:
    <<: *base
    runAsUser: 10
  b: {<<: [*labels, *base], app: y}
  c: *labels
  ? explicit
  : value
`;

const LIST = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Service
  metadata: {name: one}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: ClusterRoleBinding
  metadata: {name: two}
  subjects:
  - {kind: Group, name: "system:authenticated"}
`;

const TYPED_LIST = `kind: PodList
apiVersion: v1
metadata: {}
items:
- metadata: {name: a}
  spec: {hostPID: true}
- {metadata: {name: b}}
`;

const HIDDEN = `apiVersion: v1
kind: ConfigMap
metadata: {name: harmless}
data: {}
items:
  - {apiVersion: v1, kind: Pod, metadata: {name: hidden}, spec: {hostPID: true}}
`;

const JSON_POD = `{
  "apiVersion": "v1",
  "kind": "Pod",
  "metadata": {"name": "json", "annotations": {"a\\/b": "\\u00e9\\n\\ud83d\\ude00"}},
  "spec": {"containers": [{"name": "c", "image": "i", "n": 1e3, "m": -0.5, "o": null, "p": true}]}
}
`;

const SMALL_JSON = '{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"}}';

const NUMBERS = `apiVersion: v1
kind: Pod
metadata: {name: numbers}
spec:
  list: [0o17, 0x1F, 0b11, 017, 089, 1e3, 1., .5, -.5, +1, 1_0, 0_7, 1:30, 2001-01-01, 2001-01-01T00:00:00Z]
  words: [y, n, Yes, NO, on, Off, TRUE, true, null, Null, ~, "yes", 'no', <<, =, a#b, a:b]
  keys: {1: a, yes: b, 0x10: c, "2": d, 1_1: e}
  tagged: [!!str 1, !!int "2", !!float 3, !!bool yes, !!null "", !!str yes]
  edges: [9223372036854775807, 18446744073709551615, 18446744073709551616, -9223372036854775809, 1e400, 0x, 0b2]
`;

/** What mutations begin with: each construct of manifests at least once. */
const TEXTS: readonly string[] = [
    POD,
    CONFIG,
    ANCHORS,
    LIST,
    TYPED_LIST,
    HIDDEN,
    JSON_POD,
    NUMBERS,
    `${POD}---\n${CONFIG}---\n# nothing\n---\n${LIST}`,
    `${SMALL_JSON}\n${SMALL_JSON}\n${JSON_POD}`,
    `${SMALL_JSON}\n---\n${POD}`,
    `${SMALL_JSON}\n${POD}`,
    `[${SMALL_JSON}]`,
    `---\n${HIDDEN}...\n`,
    `# first\n---\n${TYPED_LIST}`,
];

const BREAKS = ["\n", "\r\n", "\r", "\u0085", "\u2028", "\u2029", "\n\n", "\n \n"];

/** Characters and words that mean something to a reader of YAML or JSON, or look as if they did. */
const WORDS: readonly string[] = [
    ...Array.from("[]{},:-?&*!|>'\"%@`#~\\/<=.+_ \t"),
    ...BREAKS,
    ": ",
    " #",
    "- ",
    "? ",
    "-\t",
    ":\t",
    "  ",
    "\n---\n",
    "\n--- # x\n",
    "\n--- x\n",
    "\n---\t\n",
    "\n----\n",
    "\n...\n",
    "\u0085---\n",
    "\r---\r",
    "\n%YAML 1.1\n",
    "&a ",
    "*a",
    "*a ",
    "*labels",
    "<<: *base",
    "<<: {privileged: true}",
    "\n<<: {hostPID: true}\n",
    "!!str ",
    "!!int ",
    "!!binary aGk=",
    "!!merge <<: {a: b}",
    "!local ",
    "! ",
    "!<tag:yaml.org,2002:str> x",
    "yes",
    "0777",
    "null",
    "1.0",
    "-0",
    "|",
    "|-\n",
    "|2\n",
    ">\n",
    ">+\n  ",
    "''",
    '""',
    "\\u0041",
    "\\x41",
    "\\N",
    "\\\n",
    "\uFEFF",
    "\u00a0",
    "\u200b",
    "\u00e9",
    "\u{1F600}",
    "\u0000",
    "\u0007",
    "\u007f",
    "items: []\n",
    "items: null\n",
    "items: {}\n",
    "\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: slipped}}\n",
    "\nkind: ClusterRole\n",
    "\nitems: [{kind: Pod, items: [{apiVersion: v1, kind: Secret}]}]\n",
    '"items": [{"apiVersion": "v1", "kind": "Pod"}],',
    '"Items": [{"kind": "Pod"}],',
    '"kind": "Secret",',
    "__proto__: {a: b}\n",
    "{}",
    "[]",
    SMALL_JSON,
    "1e999",
    ".inf",
    "? [d]\n",
    "-0.0",
    "1.0: a",
    "~: a",
    "!!str ]",
    '"\\ud800"',
    "null\n",
];

type Mutation = (text: string, random: Random) => string;

function splice(text: string, at: number, remove: number, put: string): string {
    return text.slice(0, at) + put + text.slice(at + remove);
}

/** Changes the lines of a text. */
function onLines(change: (lines: string[], random: Random) => void): Mutation {
    return (text, random) => {
        const lines = text.split("\n");
        change(lines, random);
        return lines.join("\n");
    };
}

/** Where something of interest to a reader begins or ends. */
function joint(text: string, random: Random): number {
    const joints = [...text.matchAll(/[\s:,[\]{}"'#&*-]/g)];
    return joints.length === 0 ? 0 : random.pick(joints).index + random.below(2);
}

const MUTATIONS: readonly Mutation[] = [
    (text, random) => splice(text, random.below(text.length + 1), 0, random.pick(WORDS)),
    (text, random) => splice(text, joint(text, random), 0, random.pick(WORDS)),
    (text, random) => splice(text, joint(text, random), 0, random.pick(WORDS)),
    (text, random) => splice(text, joint(text, random), 1, random.pick(WORDS)),
    (text, random) => splice(text, random.below(text.length + 1), 1 + random.below(4), ""),
    (text, random) => splice(text, joint(text, random), 1 + random.below(30), ""),
    (text, random) => text.slice(0, random.below(text.length + 1)),
    // A line break of another kind, once or everywhere.
    (text, random) => {
        const breaks = [...text.matchAll(/\n/g)];
        return breaks.length === 0 ? text : splice(text, random.pick(breaks).index, 1, random.pick(BREAKS));
    },
    (text, random) => text.replaceAll("\n", random.pick(BREAKS)),
    // Indentation.
    onLines((lines, random) => {
        const at = random.below(lines.length);
        lines[at] = `${" ".repeat(1 + random.below(3))}${lines[at] ?? ""}`;
    }),
    onLines((lines, random) => {
        const at = random.below(lines.length);
        lines[at] = (lines[at] ?? "").replace(/^ {1,2}/, "");
    }),
    onLines((lines, random) => {
        const at = random.below(lines.length);
        lines[at] = (lines[at] ?? "").replace(/^ */, random.pick(["", "\t", " \t", "  ", "      "]));
    }),
    // Lines elsewhere, twice, or with something behind them.
    onLines((lines, random) => {
        const [line = ""] = lines.splice(random.below(lines.length), 1);
        lines.splice(random.below(lines.length + 1), 0, line);
    }),
    onLines((lines, random) => {
        const line = random.pick(lines);
        lines.splice(random.below(lines.length + 1), 0, line);
    }),
    onLines((lines, random) => {
        lines.splice(random.below(lines.length + 1), 0, random.pick(WORDS) + random.pick(["", "a: b", "x", " # y"]));
    }),
    onLines((lines, random) => {
        const at = random.below(lines.length);
        lines[at] =
            (lines[at] ?? "") +
            random.pick([" # c", "# c", " |", " >-", ":", " :", ",", "\u2028  hostPID: true", "\u0085a: b"]);
    }),
    // One value in the place of another.
    (text, random) => {
        const values = [...text.matchAll(/: *([^\n,{}[\]]+)/g)];
        if (values.length === 0) {
            return text;
        }
        const { index, 0: found } = random.pick(values);
        return splice(text, index + 1, found.length - 1, ` ${random.pick(WORDS)}`);
    },
    // Quotes around a word, or none.
    (text, random) => {
        const words = [...text.matchAll(/[\w.]+/g)];
        if (words.length === 0) {
            return text;
        }
        const { index, 0: word } = random.pick(words);
        const quote = random.pick(["'", '"', "", "*", "&x ", "!!str ", "? "]);
        return splice(text, index, word.length, `${quote}${word}${random.pick([quote.trim(), "", ":"])}`);
    },
    // A flow collection that ends at the column of its key.
    (text, random) => text.replace(/[\]}]/, (end) => `\n${" ".repeat(random.below(5))}${end}`),
    // Two texts in one, as a list of one document.
    (text, random) => text + random.pick(["", "\n", "---\n", "\n---\n", "...\n"]) + random.pick(TEXTS),
    (text) => `apiVersion: v1\nkind: Whatever\nitems:\n- ${text.trimEnd().replaceAll("\n", "\n  ")}\n`,
    (text, random) =>
        random.pick(["\uFEFF", " ", "\n", "\t", "---\n", "%YAML 1.1\n---\n", "\uFEFF\uFEFF", "# x\n"]) + text,
];

/** A text near a manifest: mostly one that still can be read. */
export function mutatedText(random: Random): string {
    let text = random.pick(TEXTS);
    for (let count = random.pick([1, 1, 1, 1, 2, 3]); count > 0; count--) {
        text = random.pick(MUTATIONS)(text, random);
    }
    return text;
}
