/**
 * Recognises credentials by what they are called and by what they look like. Nothing here returns or keeps a value.
 */

/** Words that name a secret where they stand alone between separators. */
const SECRET_WORDS = new Set([
    "password",
    "passwd",
    "passwrd",
    "pswrd",
    "pword",
    "passphrase",
    "passwords",
    "pwd",
    "pass",
    "pw",
    "pat",
    "requirepass",
    "masterauth",
    "secret",
    "secrets",
    "token",
    "tokens",
    "jwt",
    "bearer",
    "credential",
    "credentials",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "encryptionkey",
    "signingkey",
    "authtoken",
    "authkey",
    "accesstoken",
    "connectionstring",
]);

/** Words that make a secret of the word `key` behind them. */
const KEY_WORDS = new Set([
    "api",
    "auth",
    "deploy",
    "access",
    "secret",
    "private",
    "encryption",
    "signing",
    "master",
    "account",
    "storage",
    "ssh",
]);

/** Words that make a secret of the word `key` in front of them. */
const KEY_CONTENT = new Set(["content", "material", "pem"]);

/** A name that ends so says where a secret lies or how it is handled, not what it is. */
const HARMLESS_ENDINGS = new Set([
    "file",
    "files",
    "path",
    "dir",
    "directory",
    "name",
    "names",
    "ref",
    "url",
    "uri",
    "endpoint",
    "host",
    "port",
    "type",
    "header",
    "prefix",
    "suffix",
    "format",
    "length",
    "size",
    "min",
    "max",
    "ttl",
    "expiry",
    "expiration",
    "expires",
    "lifetime",
    "duration",
    "timeout",
    "interval",
    "refresh",
    "rotation",
    "enabled",
    "disabled",
    "required",
    "enable",
    "disable",
    "policy",
    "provider",
    "store",
    "backend",
    "class",
    "engine",
    "algorithm",
    "issuer",
    "audience",
    "version",
    "count",
    "limit",
    "limits",
    "reset",
    "hint",
    "field",
    "claim",
    "namespace",
    "mode",
    "regex",
    "pattern",
    "mount",
    "label",
    ...[
        "method",
        "methods",
        "strategy",
        "scheme",
        "selector",
        "helper",
        "helpers",
        "plugin",
        "driver",
        "service",
        "server",
    ],
    ...[
        "budget",
        "window",
        "rate",
        "usage",
        "price",
        "cost",
        "quota",
        "threshold",
        "minute",
        "second",
        "hour",
        "day",
        "month",
    ],
    ...[
        "minutes",
        "seconds",
        "hours",
        "days",
        "retries",
        "attempts",
        "batch",
        "cache",
        "template",
        "location",
        "folder",
    ],
    ...[
        "bucket",
        "region",
        "project",
        "account",
        "owner",
        "scope",
        "scopes",
        "role",
        "user",
        "username",
        "email",
        "domain",
    ],
    ...[
        "validation",
        "validator",
        "verification",
        "check",
        "complexity",
        "strength",
        "history",
        "reuse",
        "change",
        "prompt",
    ],
    // Of tokens that are traded.
    ...["network", "symbol", "address", "contract", "decimals"],
    ...[
        "env",
        "var",
        "variable",
        "id",
        "ids",
        "kind",
        "group",
        "source",
        "target",
        "status",
        "state",
        "level",
        "page",
        "link",
    ],
    ...[
        "manager",
        "injection",
        "sync",
        "rotator",
        "age",
        "separator",
        "delimiter",
        "encoding",
        "charset",
        "storage",
        "cookie",
    ],
]);

/** A name that begins so is that of a number. */
const COUNTS = new Set(["max", "min", "num", "number", "count", "total"]);

/** Identifiers that are half of a pair of credentials, whatever they end on. */
const ALWAYS =
    /(?:^|_|-)secret[_-]?id$|erlang[_-]?cookie$|^(?:aws_?access_?key_?id|azure_?client_?secret|google_?application_?credentials_?json)$/i;

/** Names of the Secrets, not of what is in them: those that images are pulled with and that hold certificates. */
const NAMES_A_SECRET = /(?:pull|tls)[_.-]?secrets?$/i;
/** The namespace and the name of a Secret, where a setting that is called so takes both. */
const QUALIFIED = /^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9.-]*$/;

/** Words for tokens of text, which are counted, and for those of rights, which are not told apart by name. */
const COUNTED = /^tokens?$|tokens$/;

/** Says whether a value under a name is a credential: the name is that of one, and the value can be one. */
export function isCredential(name: string, value: string): boolean {
    return namesCredential(name) && canBeCredential(value) && !isCount(name, value) && !namesSecret(name, value);
}

/** Says whether a setting called after secrets names an object of that kind. */
function namesSecret(name: string, value: string): boolean {
    return NAMES_A_SECRET.test(name) || (/secrets?$/i.test(name) && QUALIFIED.test(value.trim()));
}

/** A plain number under a name that is secret by nothing but the word "tokens" counts them. */
function isCount(name: string, value: string): boolean {
    const secret = wordsOf(name).filter((word) => SECRET_WORDS.has(word) || GLUED.test(word));
    return /^\d+$/.test(value.trim()) && secret.every((word) => COUNTED.test(word));
}

/** Says whether a name, as of an environment variable or a ConfigMap key, is that of a credential. */
export function namesCredential(name: string): boolean {
    if (ALWAYS.test(name)) {
        return true;
    }
    const words = wordsOf(name);
    const last = words.at(-1) ?? "";
    if (HARMLESS_ENDINGS.has(last) || COUNTS.has(words[0] ?? "")) {
        return false;
    }
    return words.some(
        (word, index) =>
            SECRET_WORDS.has(word) ||
            GLUED.test(word) ||
            (word === "key" && (KEY_WORDS.has(words[index - 1] ?? "") || KEY_CONTENT.has(words[index + 1] ?? ""))),
    );
}

/** Words run together: `dbpassword`, `mysecret`. */
const GLUED =
    /password|passwd|passphrase|^(?:admin|db|ldap|mysql|pg|redis|root|smtp|user)pass$|secret(?!ar|e|ion)|tokens?$/;

/** `DB_PASSWORD`, `db-password`, `db.password`, `dbPassword` and `DB_PASSWORD2` hold the same words. */
function wordsOf(name: string): readonly string[] {
    return name
        .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
        .toLowerCase()
        .split(/[^a-z0-9]+/)
        .map((word) => word.replace(/\d+$/, ""))
        .filter((word) => word !== "");
}

/** Formats that only credentials have, with what a message calls them. */
const SHAPES: readonly (readonly [shape: RegExp, title: string])[] = [
    [/-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/, "a private key"],
    [/\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/, "an AWS access key id"],
    [/\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_\w{22,}\b/, "a GitHub token"],
    [/\bglpat-[\w-]{20,}\b/, "a GitLab token"],
    [/\bxox[abeoprs]-[\w-]{10,}/, "a Slack token"],
    [/hooks\.slack\.com\/services\/T\w{6,}\/B\w{6,}\/\w{16,}/, "a Slack webhook address"],
    [/\bAIza[\w-]{35}\b/, "a Google API key"],
    [/\bya29\.[\w-]{20,}/, "a Google OAuth token"],
    [/"type"\s*:\s*"service_account"/, "a Google service account key"],
    [/\b(?:sk|rk)_(?:live|test)_\w{16,}\b/, "a Stripe key"],
    [/\bSG\.[\w-]{16,}\.[\w-]{16,}\b/, "a SendGrid key"],
    [/\bkey-[0-9a-f]{32}\b/, "a Mailgun key"],
    [/\bSK[0-9a-f]{32}\b/, "a Twilio key"],
    [/\bEAACEdEose0cBA\w+/, "a Facebook token"],
    [/\bamzn\.mws\.[0-9a-f]{8}-/, "an Amazon MWS token"],
    [/\bsq0(?:atp|csp)-[\w-]{22,}/, "a Square token"],
    [/\baccess_token\$production\$\w{16}\$[0-9a-f]{32}\b/, "a PayPal token"],
    [/\bnpm_[A-Za-z0-9]{36}\b/, "an npm token"],
    [/\bdop_v1_[0-9a-f]{64}\b/, "a DigitalOcean token"],
    [/\bhv[sbr]\.[\w-]{24,}|(?:^|[\s=:"'])s\.[A-Za-z0-9]{24}\b/, "a Vault token"],
    [/\bbase64:[A-Za-z0-9+/]{43}=/, "an application key of Laravel's"],
    [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/, "a JSON web token"],
    [/\bAccountKey=[A-Za-z0-9+/]{40,}={0,2}/, "an Azure storage key"],
    [/\b[a-z][a-z0-9+.-]{0,19}:\/\/[^\s:/@"'<>${}]{0,128}:[^\s/@"'<>${}]{1,256}@/i, "a URL with a password"],
    [/\b[Bb]earer\s+[A-Za-z0-9._~+/-]{16,}=*|^\s*[Bb]earer\s+[A-Za-z0-9._~+/-]{6,}=*\s*$/, "a bearer token"],
    [/"auth"\s*:\s*"[A-Za-z0-9+/]{12,}={0,2}"/, "the credentials of a registry"],
    [/<(?:password|passphrase|privateKey|secretKey)>\s*[^\s<${}@%][^<${}]*</i, "a password in an XML element"],
    [/(?:^\s*|[Aa]uthorization:\s*)Basic\s+[A-Za-z0-9+/]{8,}={0,2}(?=\s|["']|$)/, "basic credentials"],
];

/** What a text holds that looks like a credential, as a message calls it; undefined where nothing does. */
export function looksLikeCredential(text: string): string | undefined {
    return SHAPES.find(([shape]) => shape.test(text))?.[1];
}

/**
 * Says whether a value under a name that ends on `key` is key material by its looks: long, of digits and letters mixed, and
 * nothing else. Keys to sort by, and public ones, are no secrets.
 */
export function isKeyMaterial(name: string, value: string): boolean {
    const words = wordsOf(name);
    return (
        words.at(-1) === "key" &&
        !words.some((word) => ["public", "publishable", "site"].includes(word)) &&
        /^[A-Za-z0-9+/_-]{16,}={0,2}$/.test(value) &&
        /\d/.test(value) &&
        /[A-Za-z]/.test(value)
    );
}

const PLACEHOLDER =
    /^(?:true|false|yes|no|on|off|none|null|nil|undefined|enabled?|disabled?|required|optional|auto|automatic|default|always|never|strict|lax|ignored?|client_secret_(?:basic|post|jwt)|private_key_jwt|-?\d{1,3}(?:\.\d+)?|\d+[smhd])$/i;
/** `$(NAME)`, `${NAME}`, a command in backquotes, `{{ template }}`, `<from vault>`, `[PAD]`: the value comes from elsewhere. */
const REFERENCE =
    /^(?:`.*|\[[A-Z_]+\]|\$\(.*\)|\$\{.*\}|\{\{.*\}\}|<.*>|(?:vault|ref|secretref|file|env|arn|awssm|gcpsm|op):.*)$/is;
const LOCATION = /^(?:\/|\.{1,2}\/|[a-z][a-z0-9+.-]*:\/\/)/i;

/** Says whether the value of something named like a credential can be one: not empty, a switch, a reference or a path. */
export function canBeCredential(value: string): boolean {
    const text = value.trim();
    return text !== "" && !PLACEHOLDER.test(text) && !REFERENCE.test(text) && !LOCATION.test(text);
}

/** What a shell, a JVM, a URL's query or a connection string sets within a longer text: a name and a value. */
const SETTINGS: readonly RegExp[] = [
    /(?:^|[\s;&|?"'(,=]|-D)([A-Za-z_][\w.-]*)=("[^"]*"|'[^']*'|[^\s;&|"'()]+)/g,
    /(?:^|\s)--?([A-Za-z][\w.-]*)[= ]("[^"]*"|'[^']*'|[^\s;&|"'-][^\s;&|"']*)/g,
    /\s(?:-H|--header)[= ]?["']([A-Za-z][\w-]*): ?([^"'\s][^"']*)["']/g,
    /\baws configure set (\w+) ("[^"]*"|'[^']*'|[^\s;&|"']+)/g,
];

/** What a value of a flag is that the shell doesn't fill in, with its first quote. */
const LITERAL = /["']?[^\s"'`$<{-][^\s"'`;&|]*/.source;
const within = (programs: string, flag: string, between = "[^|;&\\n]*"): RegExp =>
    // eslint-disable-next-line security/detect-non-literal-regexp -- all parts stand in this file
    new RegExp(`\\b(?:${programs})\\b${between}\\s${flag}${LITERAL}`);
/** Flags that take a password without saying so, by the programs' manuals. */
const PASSWORD_FLAGS: readonly RegExp[] = [
    within("mysql|mysqladmin|mysqldump|mariadb|mariadb-admin|mariadb-dump", "-p"),
    within("sshpass", "-p ?", ""),
    within("login", "-p "),
    within("redis-cli", "-a "),
    within("ldapadd|ldapmodify|ldapsearch|ldapwhoami", "-w "),
    within("openssl", "-pass(?:in|out)? pass:"),
    /\bcurl\b[^|;&\n]*\s(?:-u|-U|--user|--proxy-user)[= ]?["']?[^\s:"'$]+:[^\s:"'$`][^\s"']*/,
    /(?:^|\s)--(?:web\.)?basic-auth[= ]["']?[^\s:"'$]+:[^\s:"'$`][^\s"']*/,
];

/** A text without any of these has none of those flags; most are done with here. */
const TAKES_PASSWORDS = /mysql|mariadb|sshpass|login|redis-cli|ldap|openssl|curl|basic-auth/;

/** Says whether a command line gives a password by a flag that is not called so. */
export function hasPasswordFlag(commandLine: string): boolean {
    return TAKES_PASSWORDS.test(commandLine) && PASSWORD_FLAGS.some((flag) => flag.test(commandLine));
}

/** The name of the first credential that a longer text, such as a script or a connection string, sets to a literal. */
export function credentialWithin(text: string): string | undefined {
    for (const settings of SETTINGS) {
        for (const [, name = "", value = ""] of text.matchAll(settings)) {
            if (isCredential(name, unquoted(value)) && !unquoted(value).startsWith("$")) {
                return name;
            }
        }
    }
    return undefined;
}

const ASSIGNMENT = /^\s*(?:export\s+)?["']?([A-Za-z][\w.-]*)["']?\s*[:=](.*)$/;

/** What is wrong with a text, never the value, and where that can be said the line, counted from one. */
export interface CredentialFound {
    readonly line?: number;
    readonly found: string;
}

/** The first credential of a configuration text, such as a properties, YAML, JSON or shell file. */
export function credentialIn(text: string): CredentialFound | undefined {
    for (const [index, line] of text.split("\n").entries()) {
        const shape = looksLikeCredential(line);
        if (shape !== undefined) {
            return { line: index + 1, found: `holds ${shape}` };
        }
        if (hasPasswordFlag(line)) {
            return { line: index + 1, found: "gives a password by a flag" };
        }
        const [, key = "", rest = ""] = ASSIGNMENT.exec(line) ?? [];
        const value = rest.trim().replace(/,$/, "");
        // What opens a list, an object or a block of text is no value yet.
        if (isCredential(key, unquoted(value)) && !/^[[{|>]/.test(value)) {
            return { line: index + 1, found: `sets "${key}"` };
        }
    }
    const key = text.trimStart().startsWith("{") ? credentialKey(parsed(text)) : undefined;
    return key === undefined ? undefined : { found: `sets "${key}"` };
}

function unquoted(value: string): string {
    return /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
}

function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        // Not JSON after all, so there are no keys to look at.
        return undefined;
    }
}

/** The first key of a JSON document that names a credential and holds one. */
function credentialKey(value: unknown): string | undefined {
    if (typeof value !== "object" || value === null) {
        return undefined;
    }
    for (const [key, inner] of Object.entries(value)) {
        if (typeof inner === "string" && isCredential(key, inner)) {
            return key;
        }
        const deeper = credentialKey(inner);
        if (deeper !== undefined) {
            return deeper;
        }
    }
    return undefined;
}
