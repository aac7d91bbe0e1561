import { canBeCredential } from "./credential-names";

const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/;

/** Formats that only credentials have, with what a message calls them: the issuers' own documentation of each. */
const SHAPES: readonly (readonly [shape: RegExp, title: string])[] = [
    [PRIVATE_KEY, "a private key"],
    [/\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/, "an AWS access key id"],
    [/\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_\w{22,}\b/, "a GitHub token"],
    [/\bglpat-[\w-]{20,}\b/, "a GitLab token"],
    [/\bxox[abeoprs]-[\w-]{10,}/, "a Slack token"],
    [/hooks\.slack\.com\/services\/T\w{6,}\/B\w{6,}\/\w{16,}/, "a Slack webhook address"],
    [/\bAIza[\w-]{35}\b/, "a Google API key"],
    [/\bya29\.[\w-]{20,}/, "a Google OAuth token"],
    [/"type"\s*:\s*"service_account"/, "a Google service account key"],
    [/\b(?:sk|rk)_(?:live|test)_\w{16,}\b|\bwhsec_[A-Za-z0-9+/]{24,}/, "a Stripe key"],
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
    [/\bgl(?:dt|rt|cbt|ptt|ft|soat|imt|agent|oas)-[\w-]{20,}/, "a GitLab token"],
    [/\bxapp-\d-\w{8,}/, "a Slack token"],
    [/\bdiscord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\/\d{17,20}\/[\w-]{60,}/, "a Discord webhook address"],
    [/\bwebhook\.office\.com\/webhookb2\/[\w@-]{36,}/, "a Teams webhook address"],
    [/\b[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,}\b/, "a Discord token"],
    [/\b\d{8,10}:AA[\w-]{33}\b/, "a Telegram token"],
    [/\bsk-(?:proj-|svcacct-|ant-(?:api|admin)\d\d-|or-v1-)?[A-Za-z0-9_-]{40,}/, "a key of a model's API"],
    [
        /\b(?:hf_[A-Za-z]{30,}|hf_[A-Za-z0-9]{34}|gsk_[A-Za-z0-9]{40,}|r8_[A-Za-z0-9]{30,}|nvapi-[\w-]{40,})\b/,
        "a key of a model's API",
    ],
    [/\bGOCSPX-[\w-]{28}\b/, "a Google client secret"],
    [/\bpypi-AgE[\w-]{50,}|\brubygems_[0-9a-f]{48}\b|\boy2[a-z0-9]{43}\b/, "a package registry's token"],
    [/\bdckr_(?:pat|oat)_[\w-]{20,}/, "a Docker Hub token"],
    [/\bAKCp[A-Za-z0-9]{60,}\b/, "an Artifactory key"],
    [/\bsq[pau]_[0-9a-f]{40}\b/, "a SonarQube token"],
    [
        /\bpul-[0-9a-f]{40}\b|\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}|\bdp\.(?:st|pt|ct|sa)\.[\w.-]{40,}/,
        "a deployment service's token",
    ],
    [/\bgls?[ac]_[A-Za-z0-9+/=_]{32,}|\bsntry[su]_[A-Za-z0-9+/=_-]{40,}/, "a monitoring service's token"],
    [/\bNRAK-[A-Z0-9]{27}\b|\b[0-9a-f]{36}NRAL\b|\b(?:eu01xx|gov01x)[0-9a-f]{30,}NRAL\b/, "a New Relic key"],
    [/\bdapi[0-9a-f]{32}(?:-\d)?\b/, "a Databricks token"],
    [/\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b/, "a Shopify token"],
    [/\bATATT3[\w=-]{60,}|\bATBB[A-Za-z0-9]{32}\b/, "an Atlassian token"],
    [
        /\b(?:tskey-(?:auth|api|client|scim|webhook)-\w+-\w{16,}|lin_api_\w{40}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|sbp_[0-9a-f]{40}|figd_[\w-]{40,}|phx_\w{40,}|ntn_\w{40,})/,
        "an API token",
    ],
    [/\bLTAI[A-Za-z0-9]{16,26}\b/, "an Alibaba access key id"],
    [/\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b/, "an age key"],
    [/\b[\w.-]+:[^\s:/@${}()]+@(?:tcp|unix|udp)\(/, "a connection with a password"],
    [/\b(?:SharedAccessKey|SharedSecretValue)=[A-Za-z0-9+/]{32,}={0,2}/, "an Azure access key"],
    [/[?&]sig=[A-Za-z0-9%+/_-]{40,}/, "a signature that grants access"],
    [/\bX-Amz-Signature=[0-9a-f]{64}\b/, "a signature that grants access"],
    [
        /(?:^|[\s:="'])\$(?:apr1|1|5|6|y|7|2[abxy]|argon2id?)\$[\w./,=+-]{1,32}\$?[\w./$+-]{20,}/,
        "the hash of a password",
    ],
    [
        /\{S?SHA(?:256|512)?\}[A-Za-z0-9+/]{27,}={0,2}|^\s*"[^"]+"\s+"(?:md5[0-9a-f]{32}|SCRAM-SHA-256\$[^"]+)"/,
        "the hash of a password",
    ],
    [/"auth"\s*:\s*"[A-Za-z0-9+/]{12,}={0,2}"/, "the credentials of a registry"],
    [/<(?:password|passphrase|privateKey|secretKey)>\s*[^\s<${}@%][^<${}]*</i, "a password in an XML element"],
    [
        /(?:^\s*|["']\s*|[Aa]uthorization["']?[:=\s]\s*["']?)Basic\s+[A-Za-z0-9+/]{8,}={0,2}(?=\s|["']|$)/,
        "basic credentials",
    ],
];

/** What a text holds that looks like a credential, as a message calls it; undefined where nothing does. */
export function looksLikeCredential(text: string): string | undefined {
    return SHAPES.find(([shape]) => shape.test(text))?.[1] ?? encodedKey(text);
}

/** "PRIVATE KEY" in Base64, by where it begins among the three bytes that become four characters. */
const ENCODED_KEY = /UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW/;

/** A private key that is encoded once more, as in a kubeconfig or in a variable of one line. */
function encodedKey(text: string): string | undefined {
    return ENCODED_KEY.test(text) ? "a private key" : undefined;
}

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
    within("mongo|mongosh|mongodump|mongorestore|mongoexport|mongoimport", "-p "),
    within("sqlcmd|bcp", "-P ?"),
    /\bmc (?:alias set|config host add) \S+ \S+ ["']?[^\s"'$]+["']? ["']?[^\s"'$]/,
    /\b(?:echo|printf(?: ['"]?%s['"]?)?) ["']?[^\s"'$|]+["']? ?\|[^|]*--(?:password|pass|token)-stdin\b/,
    within("redis-cli", "-a "),
    within("ldapadd|ldapmodify|ldapsearch|ldapwhoami", "-w "),
    within("openssl", "-pass(?:in|out)? pass:"),
    /\bcurl\b[^|;&\n]*\s(?:-u|-U|--user|--proxy-user)[= ]?["']?[^\s:"'$]+:[^\s:"'$`][^\s"']*/,
    /(?:^|\s)--(?:web\.)?basic-auth[= ]["']?[^\s:"'$]+:[^\s:"'$`][^\s"']*/,
];

/** A text without any of these has none of those flags; most are done with here. */
const TAKES_PASSWORDS =
    /mysql|mariadb|sshpass|login|redis-cli|ldap|openssl|curl|basic-auth|mongo|sqlcmd|bcp|-stdin|\bmc /;

/** What is wrong with a command line that gives a password by a flag that is not called so; undefined where none does. */
export function passwordFlagFault(commandLine: string): string | undefined {
    return TAKES_PASSWORDS.test(commandLine) && PASSWORD_FLAGS.some((flag) => flag.test(commandLine))
        ? "gives a password by a flag"
        : undefined;
}

/** Statements that set a password and name no variable, by the manuals of the programs; the last group is the password. */
const STATEMENTS: readonly RegExp[] = [
    // SQL, and what PHP defines.
    /\bPASSWORD\s+'([^']+)'/i,
    /\bIDENTIFIED\s+(?:WITH\s+\S+\s+)?BY\s+'([^']+)'/i,
    /\bdefine\(\s*['"][A-Z_]*(?:PASSWORD|SECRET|TOKEN|SALT|KEY)['"]\s*,\s*['"]([^'"]+)['"]/,
    // Redis, HAProxy and netrc, whose words stand apart by spaces.
    /^\s*(?:requirepass|masterauth|primaryauth)\s+["']?([^\s"']+)/,
    /\b(?:user|login)\s+\S+\s+(?:insecure-)?password\s+["']?([^\s"']+)/,
    // A file of PostgreSQL's passwords: host, port, database, user, password.
    /^[^\s:#]+:(?:\d+|\*):[^\s:]+:[^\s:]+:([^\s:]+)$/,
    /\brabbitmqctl\s+(?:add_user|change_password)\s+\S+\s+["']?([^\s"']+)/,
    /\bhtpasswd\s+-(?=\w*b)\w+\s+(?:\S+\s+){2}["']?([^\s"']+)/,
];

/** A text without any of these has none of those statements. */
const STATES_PASSWORDS =
    /password|identified|define|requirepass|(?:master|primary)auth|rabbitmqctl|htpasswd|^[^\s:#]+:[\d*]/i;

/** What is wrong with a line that gives a password in a statement; undefined where none does. */
export function statementFault(line: string): string | undefined {
    const passwords = STATES_PASSWORDS.test(line) ? STATEMENTS.map((statement) => statement.exec(line)?.[1] ?? "") : [];
    return passwords.some((password) => canBeCredential(password) && !password.startsWith("$"))
        ? "gives a password in a statement"
        : undefined;
}
