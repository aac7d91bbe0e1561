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

/** What is wrong with a command line that gives a password by a flag that is not called so; undefined where none does. */
export function passwordFlagFault(commandLine: string): string | undefined {
    return TAKES_PASSWORDS.test(commandLine) && PASSWORD_FLAGS.some((flag) => flag.test(commandLine))
        ? "gives a password by a flag"
        : undefined;
}
