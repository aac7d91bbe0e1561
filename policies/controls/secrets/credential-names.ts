/**
 * Recognises credentials by what they are called. Nothing here returns or keeps a value.
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
    "mnemonic",
    "psk",
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
    ...["shared", "preshared", "cipher", "jwt", "hmac"],
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
        "hasher",
        "encoder",
        "encryption",
        "hashing",
        "reset",
        "generator",
        "parser",
        "handler",
        "middleware",
        "hook",
        "controller",
        "operator",
        "validators",
        "rules",
        "grant",
        "authentication",
        "stdin",
    ],
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
    ...["column", "iterations", "rounds", "alg", "algo", "algorithms", "claims", "query", "param", "parameter"],
    ...["attribute", "property", "mapping", "lookup", "resolver", "factory", "protocol", "flow", "types", "queue"],
    ...["topic", "schema", "item", "vault", "volume", "configmap", "resource", "expired", "skew", "leeway"],
    ...["validity", "revocation", "introspection", "renewal", "masking", "placeholder"],
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

/** A name that begins so is that of a switch. */
const SWITCHES = new Set([
    "with",
    "allow",
    "enable",
    "disable",
    "require",
    "forgot",
    "without",
    "has",
    "is",
    "no",
    "show",
]);

/** Identifiers that are half of a pair of credentials, whatever they end on. */
const ALWAYS =
    /(?:^|_|-)secret[_-]?id$|erlang[_-]?cookie$|root_?token_?id$|^(?:aws_?access_?key_?id|azure_?client_?secret|google_?application_?credentials_?json|rediscli_?auth|seed_?phrase)$/i;

/** A setting that takes a user and a password in one. */
const PAIR =
    /^(?:auth|userpass)$|(?:^|[_.-])(?:basic|http|neo4j|proxy|admin)[_.-]?(?:auth|login)$|(?:^|[_.-])(?:auth|basic)[_.-]?(?:users?|userinfo)$/i;
/** Both of them, with what the program parts them by; no host and port. */
const USER_AND_PASSWORD = /^[\w.@-]+:(?!\d{2,5}$)[^\s/]+$|^neo4j\/\S+$/;

/** Names of the Secrets, not of what is in them: those that images are pulled with and that hold certificates. */
const NAMES_A_SECRET = /(?:pull|tls|password|credentials?|certs?)[_.-]?secrets?$/i;
/** What only tells one cluster of etcd's from another while it starts. */
const NO_SECRET = /^(?:etcd[_.-])?initial[_.-]cluster[_.-]token$/i;
/** The namespace and the name of a Secret, where a setting that is called so takes both. */
const QUALIFIED = /^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9.-]*$/;

/** Words for tokens of text, which are counted, and for those of rights, which are not told apart by name. */
const COUNTED = /^tokens?$|tokens$/;

/** Says whether a value under a name is a credential: the name is that of one, and the value can be one. */
export function isCredential(name: string, value: string): boolean {
    return (
        (PAIR.test(name) && USER_AND_PASSWORD.test(value.trim()) && canBeCredential(value)) ||
        (namesCredential(name) && canBeCredential(value) && !isCount(name, value) && !namesSecret(name, value))
    );
}

/** A name that an object of the API may have, and nobody's random text: DNS labels. */
const OBJECT_NAME = /^(?![0-9a-f]{32,}$)[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?(?:\/|$)/;

/** Says whether a setting called after secrets names an object of that kind. */
function namesSecret(name: string, value: string): boolean {
    return (
        (NAMES_A_SECRET.test(name) && OBJECT_NAME.test(value.trim())) ||
        (/secrets?(?:[_-]?id)?$/i.test(name) && QUALIFIED.test(value.trim()))
    );
}

/** A plain number under a name that is secret by nothing but the word "tokens" counts them. */
function isCount(name: string, value: string): boolean {
    const secret = wordsOf(name).filter((word) => SECRET_WORDS.has(word) || GLUED.test(word));
    return /^\d+$/.test(value.trim()) && secret.every((word) => COUNTED.test(word));
}

/** Says whether a name, as of an environment variable or a ConfigMap key, is that of a credential. */
export function namesCredential(name: string): boolean {
    if (ALWAYS.test(name) || NO_SECRET.test(name)) {
        return ALWAYS.test(name);
    }
    const words = wordsOf(name);
    const last = words.at(-1) ?? "";
    const first = words[0] ?? "";
    // The key in a Secret under which a password is, e.g. `passwordKey`.
    const namesKey = last === "key" && !KEY_WORDS.has(words.at(-2) ?? "");
    if (namesKey || HARMLESS_ENDINGS.has(last) || COUNTS.has(first) || SWITCHES.has(first) || isPublic(words)) {
        return false;
    }
    return words.some(
        (word, index) =>
            SECRET_WORDS.has(word) ||
            GLUED.test(word) ||
            (word === "key" && (KEY_WORDS.has(words[index - 1] ?? "") || KEY_CONTENT.has(words[index + 1] ?? ""))),
    );
}

/** What is called public may be known. */
function isPublic(words: readonly string[]): boolean {
    return words.some((word) => ["public", "publishable", "site"].includes(word));
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

/** Words that name a key, or what goes into one, if what they have looks like it. */
const MATERIAL = new Set(["key", "salt", "pepper", "seed", "license", "cookie"]);

/**
 * Says whether a value under a name that ends on `key` or the like is key material by its looks: long, of digits and letters
 * mixed, and nothing else. Keys to sort by, and public ones, are no secrets.
 */
export function isKeyMaterial(name: string, value: string): boolean {
    const words = wordsOf(name);
    return (
        MATERIAL.has(words.at(-1) ?? "") &&
        !isPublic(words) &&
        /^[A-Za-z0-9+/_-]{16,}={0,2}$/.test(value) &&
        /\d/.test(value) &&
        /[A-Za-z]/.test(value)
    );
}

const PLACEHOLDER =
    /^(?:true|false|yes|no|on|off|none|null|nil|undefined|enabled?|disabled?|required|optional|auto|automatic|default|always|never|strict|lax|ignored?|client_secret_(?:basic|post|jwt)|private_key_jwt|include|omit|same-origin|scram-sha-(?:1|256|512)|-?\d{1,3}(?:\.\d+)?|\d+[smhd])$/i;
/** `$(NAME)`, `${NAME}`, a command in backquotes, `{{ template }}`, `<from vault>`, `[PAD]`: the value comes from elsewhere. */
const REFERENCE =
    /^(?:`.*|\[[A-Z_]+\]|\$\(.*\)|\$\{.*\}|\{\{.*\}\}|<.*>|(?:vault|ref|secretref|file|env|arn|awssm|gcpsm|op):.*)$/is;
/** What a script or a reader puts something else in place of. */
const TO_BE_REPLACED =
    /^(?:replace[-_ ].*|(?:your|enter|insert|put)[-_ ].*[-_ ]here|x{3,}|[*#]+|\.{3}|__\w+__|todo|tbd)$/i;
const LOCATION = /^(?:\/|\.{1,2}\/|[a-z][a-z0-9+.-]*:\/\/)/i;

/** Says whether the value of something named like a credential can be one: not empty, a switch, a reference or a path. */
export function canBeCredential(value: string): boolean {
    const text = value.trim();
    return (
        text !== "" &&
        !PLACEHOLDER.test(text) &&
        !REFERENCE.test(text) &&
        !TO_BE_REPLACED.test(text) &&
        !LOCATION.test(text)
    );
}
