import assert from "node:assert/strict";

import fc from "fast-check";

import {
    looksLikeCredential,
    passwordFlagFault,
    statementFault,
} from "../../../../policies/controls/secrets/credential-formats";
import {
    canBeCredential,
    isCredential,
    isKeyMaterial,
    namesCredential,
} from "../../../../policies/controls/secrets/credential-names";
import { credentialIn, credentialWithin, isCredentialField } from "../../../../policies/controls/secrets/credentials";

describe("names of credentials", () => {
    for (const name of [
        "PASSWORD",
        "db-password",
        "dbPassword",
        "DBPASSWORD",
        "MYSQL_ROOT_PASSWORD",
        "admin.pwd",
        "API_TOKEN",
        "apiKey",
        "APIKEY",
        "AWS_SECRET_ACCESS_KEY",
        "aws_access_key_id",
        "ENCRYPTION_KEY",
        "client_secret",
        "MYSECRET",
        "SECRET1",
        "supersecretthing",
        "USERTOKEN",
        "db_passwrd",
        "ROLE_SECRET_ID",
        "OCI_CLI_KEY_CONTENT",
        "credentials",
    ]) {
        it(`are recognised: ${name}`, () => assert.equal(namesCredential(name), true));
    }
    for (const name of [
        "",
        "HOST",
        "MAX_TOKENS",
        "numTokens",
        "KEY",
        "SORT_KEY",
        "PASSWORD_FILE",
        "SECRET_NAME",
        "TOKEN_URL",
        "TOKEN_TTL",
        "PASSWORD_MIN_LENGTH",
        "COMPASS_HEADING",
        "TOKENIZER",
        "SECRETARY",
        "INSULIN_SECRETION",
        "PASSENGERS",
        "CLIENT_ID",
        "credentialsProvider",
        "initial-cluster-token",
        "ETCD_INITIAL_CLUSTER_TOKEN",
    ]) {
        it(`are not seen in ${name === "" ? "an empty name" : name}`, () => assert.equal(namesCredential(name), false));
    }
});

describe("formats of credentials", () => {
    const shapes: Readonly<Record<string, string>> = {
        "-----BEGIN PRIVATE KEY-----": "a private key",
        "-----BEGIN OPENSSH PRIVATE KEY-----": "a private key",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----": "a private key",
        [`ASIA${"A2".repeat(8)}`]: "an AWS access key id",
        [`ghp_${"a".repeat(36)}`]: "a GitHub token",
        [`token s.${"A".repeat(24)}`]: "a Vault token",
        [`base64:${"A".repeat(43)}=`]: "an application key of Laravel's",
        [`glpat-${"a".repeat(20)}`]: "a GitLab token",
        [`xoxb-${"1".repeat(12)}`]: "a Slack token",
        [`AIza${"a".repeat(35)}`]: "a Google API key",
        [`sk_live_${"a".repeat(24)}`]: "a Stripe key",
        [`npm_${"a".repeat(36)}`]: "an npm token",
        [`eyJ${"a".repeat(12)}.eyJ${"b".repeat(12)}.c`]: "a JSON web token",
        '{"type": "service_account"}': "a Google service account key",
        "redis://:hunter2@cache": "a URL with a password",
        "Bearer abc123": "a bearer token",
        "Basic YWRtaW46aHVudGVyMg==": "basic credentials",
        "redis://shop:hunter2@cache": "a URL with a password",
        [`glrt-${"a".repeat(20)}`]: "a GitLab token",
        [`https://discord.com/api/webhooks/${"1".repeat(18)}/${"a".repeat(68)}`]: "a Discord webhook address",
        [`${"1".repeat(9)}:AA${"b".repeat(33)}`]: "a Telegram token",
        [`sk-proj-${"a".repeat(48)}`]: "a key of a model's API",
        [`hf_${"aB".repeat(17)}`]: "a key of a model's API",
        [`pypi-AgE${"a".repeat(60)}`]: "a package registry's token",
        [`dckr_pat_${"a".repeat(27)}`]: "a Docker Hub token",
        [`sqp_${"a1".repeat(20)}`]: "a SonarQube token",
        [`pul-${"a1".repeat(20)}`]: "a deployment service's token",
        [`glsa_${"a".repeat(32)}_0123abcd`]: "a monitoring service's token",
        [`${"a1".repeat(18)}NRAL`]: "a New Relic key",
        [`shpat_${"a1".repeat(16)}`]: "a Shopify token",
        [`ATATT3${"x".repeat(80)}`]: "an Atlassian token",
        [`SharedAccessKeyName=a;SharedAccessKey=${"a".repeat(43)}=`]: "an Azure access key",
        [`https://a.blob.example/c?sp=r&sig=${"a".repeat(43)}%3D`]: "a signature that grants access",
        [`admin:$apr1$abcdefgh$${"a".repeat(22)}`]: "the hash of a password",
        [`admin:$2y$05$${"a".repeat(53)}`]: "the hash of a password",
        [`"app" "md5${"a1".repeat(16)}"`]: "the hash of a password",
        "root:toor@tcp(mysql:3306)/app": "a connection with a password",
        'proxy_set_header Authorization "Basic YWRtaW46aHVudGVyMg==";': "basic credentials",
        "Authorization: Bearer abcdefghijklmnop": "a bearer token",
    };
    for (const [text, title] of Object.entries(shapes)) {
        it(`${title === "" ? "are not seen in" : `are called ${title}:`} ${text.slice(0, 24)}…`, () =>
            assert.equal(looksLikeCredential(text) ?? "", title));
    }
    for (const before of ["", "x", "xy"]) {
        it(`are called a private key when encoded once more, ${before.length} bytes behind the start`, () => {
            const word = ["PRI", "VATE"].join("");
            const text = Buffer.from(`${before}-----BEGIN RSA ${word} KEY-----\nMIIE`).toString("base64");
            assert.equal(looksLikeCredential(`client-key-data: ${text}`), "a private key");
        });
    }
    for (const text of [
        "",
        Buffer.from("-----BEGIN CERTIFICATE-----\nMIIB").toString("base64"),
        "root@tcp(mysql:3306)/app",
        "$(USER):$(PASS)@tcp(mysql:3306)/app",
        "https://example.org/?sig=short",
        "-----BEGIN CERTIFICATE-----",
        "https://example.org/a:b@c",
        "postgres://db:5432/shop",
        "ghp_short",
    ]) {
        it(`are not seen in ${text === "" ? "an empty text" : text}`, () =>
            assert.equal(looksLikeCredential(text), undefined));
    }
});

/** The spellings in which people write one name. */
function spellings(name: string): readonly string[] {
    const words = name.split(" ");
    const camel = words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)));
    return [words.join("_").toUpperCase(), words.join("-"), camel.join("")];
}

/** Names of settings that hold credentials, and names that only sound like it, as public charts and images have them. */
const CREDENTIALS = [
    ...["password", "db password", "database password", "postgres password", "mysql root password", "mysql password"],
    ...["redis password", "rabbitmq default pass", "mongo initdb root password", "admin password", "smtp password"],
    ...["ldap bind password", "keystore password", "truststore password", "grafana admin password", "user passwd"],
    ...["ftp passwd", "ssh passphrase", "key passphrase", "mysql pwd", "sa pwd", "api key", "stripe api key", "apikey"],
    ...["openai api key", "datadog api key", "sendgrid api key", "access key", "secret key", "aws secret access key"],
    ...["minio secret key", "django secret key", "flask secret key", "rails secret key base", "encryption key"],
    ...[
        "signing key",
        "private key",
        "master key",
        "storage key",
        "account key",
        "client secret",
        "oauth client secret",
    ],
    ...["github client secret", "app secret", "jwt secret", "session secret", "cookie secret", "webhook secret"],
    ...["hmac secret", "shared secret", "consumer secret", "nextauth secret", "api secret", "token", "api token"],
    ...["access token", "auth token", "bearer token", "github token", "gitlab token", "slack bot token", "npm token"],
    ...["vault token", "bot token", "refresh token", "id token", "registration token", "credentials", "db credentials"],
    ...["service credentials", "connection string", "jwt", "proxy password"],
    ...[
        "github pat",
        "bind pw",
        "deploy key",
        "wordpress auth key",
        "redis masterauth",
        "requirepass",
        "erlang cookie",
    ],
];
const HARMLESS = [
    ...["password file", "db password file", "secret name", "secret ref", "token url", "token uri", "token endpoint"],
    ...["token ttl", "token expiry", "access token lifetime", "refresh token expiration", "password min length"],
    ...["password policy", "password max age", "password reset url", "password history", "max tokens", "min tokens"],
    ...["num tokens", "total tokens", "token limit", "tokens per minute", "token budget", "token window", "token rate"],
    ...["token count", "token type", "token issuer", "token audience", "token header", "token prefix", "token refresh"],
    ...["secret namespace", "secret store", "secret store kind", "secret path", "secret mount", "secret label"],
    ...["secret provider class", "secrets manager", "secrets backend", "secret rotation", "secret version"],
    ...["credentials provider", "credentials file", "credential helper", "credential source", "jwt algorithm"],
    ...["jwt issuer", "jwt audience", "jwt header", "jwt expiration", "jwt leeway seconds", "api key header"],
    ...["api key name", "access key file", "private key path", "signing key file", "encryption key size", "sort key"],
    ...["partition key", "public key", "cache key prefix", "tokenizer", "tokenizer model", "token method"],
    ...["passthrough", "compass heading", "secretary", "bypass cache", "keyboard layout", "author"],
    ...["secret engine", "token symbol", "token network", "token address", "image pull secret", "image pull secrets"],
    ...["tls secret", "pattern", "update path", "network path", "bypass", "pwm level"],
];

describe("names that are those of credentials, and names that only sound like it", () => {
    const rate = (names: readonly string[], value: string) => {
        const all = names.flatMap(spellings);
        assert.ok(all.length >= 200, `only ${all.length} names`);
        return all.filter((name) => isCredential(name, value)).length / all.length;
    };

    it("are told apart, at least 98 of 100 each", () => {
        assert.ok(rate(CREDENTIALS, "Tr0ub4dor") >= 0.98, `recall ${rate(CREDENTIALS, "Tr0ub4dor")}`);
        assert.ok(rate(HARMLESS, "60000") <= 0.02, `false alarms ${rate(HARMLESS, "60000")}`);
    });

    it("are those of Secrets, where the value is a namespace and a name", () => {
        assert.equal(isCredential("secret", "edge/web-tls"), false);
        assert.equal(isCredential("secret", "edge-web-tls"), true);
        assert.equal(isCredential("password", "edge/web"), true);
        assert.equal(isCredential("credentialsSecret", "jaeger-creds"), false);
        assert.equal(isCredential("credentialsSecret", "Tr0ub4dor&3"), true);
        assert.equal(isCredential("AUTH_SECRET", "correct-horse"), true);
    });

    it("are those of a user and a password in one, unless it is a port, a file or a switch", () => {
        for (const [name, value] of [
            ["BASIC_AUTH", "admin:Tr0ub4dor"],
            ["auth", "admin:Tr0ub4dor"],
            ["AUTH_USERS", "admin:Tr0ub4dor"],
            ["NEO4J_AUTH", "neo4j/Tr0ub4dor"],
        ] as const) {
            assert.equal(isCredential(name, value), true, name);
        }
        for (const [name, value] of [
            ["AUTH_HOST", "auth:8080"],
            ["PROXY_AUTH", "auth:8080"],
            ["BASIC_AUTH", "/run/htpasswd"],
            ["BASIC_AUTH", "true"],
            ["NEO4J_AUTH", "none"],
        ] as const) {
            assert.equal(isCredential(name, value), false, `${name} ${value}`);
        }
    });

    it("are those of a key in a Secret where they end on key, unless the word before makes a key of it", () => {
        assert.equal(isCredential("DB_PASSWORD_KEY", "password"), false);
        assert.equal(isCredential("JWT_KEY", "Tr0ub4dor"), true);
        assert.equal(isCredential("PRESHARED_KEY", "Tr0ub4dor"), true);
    });

    it("are those of switches by their first word, and public by any", () => {
        assert.equal(isCredential("WITH_CREDENTIALS", "same"), false);
        assert.equal(isCredential("JWT_PUBLIC_KEY", "Tr0ub4dor"), false);
        assert.equal(isCredential("PASSWORD_HASHER", "argon"), false);
    });

    it("are those of Secrets where the value may name an object, and of credentials where nothing is called so", () => {
        assert.equal(isCredential("DB_PASSWORD_SECRET", "db-password"), false);
        assert.equal(isCredential("GRAYLOG_PASSWORD_SECRET", "aB3".repeat(20)), true);
        assert.equal(isCredential("AWS_SECRET_ID", "prod/db"), false);
    });

    it("say nothing where something else is to stand there", () => {
        for (const value of ["replace-me", "your-token-here", "xxxx", "****", "__PASSWORD__", "TODO"]) {
            assert.equal(isCredential("DB_PASSWORD", value), false, value);
        }
    });

    it("say nothing where the value is a marker, or a command's output", () => {
        assert.equal(isCredential("PAD_TOKEN", "[PAD]"), false);
        assert.equal(isCredential("DB_PASSWORD", "`cat /run/pw`"), false);
    });

    it("count tokens of text where their value is a plain number, and no passwords", () => {
        assert.equal(isCredential("CONTEXT_TOKENS_USED", "4000"), false);
        assert.equal(isCredential("API_TOKEN", "8f14e45f"), true);
        assert.equal(isCredential("DB_PASSWORD", "123456"), true);
        assert.equal(isCredential("csrf_token", "enabled"), false);
    });
});

describe("credentials within longer texts", () => {
    const found: Readonly<Record<string, string>> = {
        "PGPASSWORD=Tr0ub4dor pg_dump -h db shop > /out/d.sql": "PGPASSWORD",
        "export API_TOKEN='a b c'; curl https://x": "API_TOKEN",
        "cd /app && DB_PASSWORD=x ./run": "DB_PASSWORD",
        "-Xmx1g -Dspring.datasource.password=Tr0ub4dor": "spring.datasource.password",
        "mysql --password=Tr0ub4dor -e 'select 1'": "password",
        "redis-cli --pass Tr0ub4dor ping": "pass",
        "Server=db;User Id=shop;Password=Tr0ub4dor;": "Password",
        "host=db user=shop password=Tr0ub4dor sslmode=require": "password",
        "https://api.example.org/v1?api_key=Tr0ub4dor&x=1": "api_key",
        "curl -H 'X-API-Key: Tr0ub4dor' https://x": "X-API-Key",
        "aws configure set aws_secret_access_key Tr0ub4dor": "aws_secret_access_key",
        "kubectl create secret generic x --from-literal=password=Tr0ub4dor": "password",
        '{"spring":{"datasource":{"password":"Tr0ub4dor"}}}': "password",
    };
    for (const [text, name] of Object.entries(found)) {
        it(`are found in ${text}`, () => assert.equal(credentialWithin(text), name));
    }
    for (const text of [
        "PGPASSWORD=$PGPASSWORD pg_dump",
        "PGPASSWORD=$(cat /run/pw) pg_dump",
        "mysql --password-file=/run/pw",
        "--registryCredentialHelpers=default,google",
        "--secret-field-selector=type!=helm.sh/release.v1",
        "host=db sslmode=require",
        "run --token-ttl 60",
        "",
    ]) {
        it(`are not found in ${text || "an empty text"}`, () => assert.equal(credentialWithin(text), undefined));
    }
});

describe("passwords by flags that are not called so", () => {
    for (const text of [
        "mysqldump -uroot -pTr0ub4dor shop",
        "sshpass -p Tr0ub4dor ssh a@b",
        "docker login -u a -p 'Tr0ub4dor' registry.example",
        "redis-cli -a Tr0ub4dor ping",
        "ldapsearch -D cn=admin -w Tr0ub4dor",
        "openssl rsa -passin pass:Tr0ub4dor",
        "curl -sS -u admin:Tr0ub4dor https://x",
        "curl --user=admin:Tr0ub4dor https://x",
        "prometheus --web.basic-auth admin:Tr0ub4dor",
        "mongosh -u root -p Tr0ub4dor",
        "sqlcmd -U sa -P Tr0ub4dor -Q 'select 1'",
        "mc alias set store http://minio shop Tr0ub4dor",
        "echo Tr0ub4dor | docker login -u a --password-stdin registry.example",
    ]) {
        it(`are found in ${text}`, () => assert.equal(passwordFlagFault(text), "gives a password by a flag"));
    }
    for (const text of [
        "mysql -uroot -p$MYSQL_ROOT_PASSWORD",
        'mysql -uroot -p"${MYSQL_ROOT_PASSWORD}" shop',
        "mysqladmin ping -h localhost -p",
        "mysql -P 3306 -h db",
        "sshpass -f /run/pw ssh -p 2222 a@b",
        "docker login -u a --password-stdin",
        'redis-cli -a "$REDIS_PASSWORD" ping',
        "redis-cli -a $(REDIS_PASSWORD) ping",
        "openssl rsa -passin file:/run/pw",
        'curl -u "$USER:$PASS" https://x',
        "curl -u $(USER):$(PASS) https://x",
        "docker run -u 1000:1000 web; curl https://x:8443",
        'echo "$PASSWORD" | docker login -u a --password-stdin registry.example',
        'mongosh -u root -p "$MONGO_PASSWORD"',
        "mc alias set store http://minio $USER $PASSWORD",
        "",
    ]) {
        it(`are not found in ${text || "an empty text"}`, () => assert.equal(passwordFlagFault(text), undefined));
    }
});

describe("passwords in statements", () => {
    for (const text of [
        "CREATE USER app WITH PASSWORD 'Tr0ub4dor';",
        "CREATE USER 'app'@'%' IDENTIFIED BY 'Tr0ub4dor';",
        "define('DB_PASSWORD', 'Tr0ub4dor');",
        "requirepass Tr0ub4dor",
        "  user admin insecure-password Tr0ub4dor",
        "machine github.com login me password Tr0ub4dor",
        "db:5432:app:app:Tr0ub4dor",
        "rabbitmqctl add_user app Tr0ub4dor",
        "htpasswd -cb /etc/users app Tr0ub4dor",
    ]) {
        it(`are found in ${text}`, () => {
            assert.equal(statementFault(text), "gives a password in a statement");
            assert.deepEqual(credentialIn(`a\n${text}\n`), { line: 2, found: "gives a password in a statement" });
        });
    }
    for (const text of [
        "ALTER USER app WITH PASSWORD :'pw';",
        "CREATE TABLE people (password text NOT NULL);",
        "requirepass $REDIS_PASSWORD",
        "# requirepass foobared",
        "user admin password $PASSWORD",
        "rabbitmqctl add_user app $PASSWORD",
        "db:5432",
        "host all all 10.0.0.0/8 password",
        "",
    ]) {
        it(`are not found in ${text || "an empty text"}`, () => {
            assert.equal(credentialIn(text), undefined);
        });
    }
});

describe("credentials in files", () => {
    const found: Readonly<Record<string, string>> = {
        '<user username="admin" password="Tr0ub4dor" roles="all"/>': "password",
        '<add name="d" connectionString="Server=db;User Id=sa;Password=Tr0ub4dor" />': "Password",
        '<property name="jdbc.password" value="Tr0ub4dor"/>': "jdbc.password",
        "  password Tr0ub4dor": "password",
        "'user=a;password=Tr0ub4dor;ssl=true'": "password",
    };
    for (const [text, name] of Object.entries(found)) {
        it(`are found in ${text}`, () => assert.deepEqual(credentialIn(text), { line: 1, found: `sets "${name}"` }));
    }
    for (const text of [
        "PASSWORD=$1",
        'PASSWORD="$PASSWORD"',
        "password = os.environ['PW']",
        "token = get_token()",
        "password = settings.database.password",
        "admin_password = $__file{/etc/pw}",
        "<pattern>%d token=%X{token}</pattern>",
        "login.password=Password",
        "login.hint=Type your password here",
        '{"password":"Password","forgot_password":"Forgot your password?"}',
        '<input type="password" name="password" placeholder="Password">',
        '# <user password="Tr0ub4dor"/>',
    ]) {
        it(`are not found in ${text}`, () => assert.equal(credentialIn(text), undefined));
    }
});

describe("credentials in fields of custom resources", () => {
    for (const [name, value] of [
        ["adminPassword", "Tr0ub4dor"],
        ["apiToken", "aB3dE6gH9jK2mN5pQ8"],
        ["clientSecret", "0123456789abcdef0123456789abcdef"],
    ] as const) {
        it(`are found under ${name}`, () => assert.equal(isCredentialField(name, value), true));
    }
    for (const [name, value] of [
        ["token", "my-git-token"],
        ["clientSecret", "web-oauth"],
        ["secretKey", "password"],
        ["adminPasswordKey", "admin-password"],
        ["password", "from a vault"],
        ["password", "?*"],
        ["password", "$PASSWORD"],
    ] as const) {
        it(`are not found under ${name} in ${value}`, () => assert.equal(isCredentialField(name, value), false));
    }
});

describe("values of credentials", () => {
    it("are anything but a switch, a number of days, a reference or a path", () => {
        for (const value of ["hunter2", "123456", "x"]) {
            assert.equal(canBeCredential(value), true, value);
        }
        for (const value of [
            "",
            "  ",
            "true",
            "No",
            "30",
            "5m",
            "/run/token",
            "./t",
            "https://id",
            "$(A)",
            "${A}",
            "{{ .a }}",
            "<set me>",
            "vault:a",
        ]) {
            assert.equal(canBeCredential(value), false, value);
        }
    });
});

describe("keys", () => {
    it("are material where they are long and mixed", () => {
        assert.equal(isKeyMaterial("APP_KEY", "9f86d081884c7d659a2feaa0c55ad015"), true);
        assert.equal(isKeyMaterial("key", "c2VjcmV0IG1hdGVyaWFsMQ=="), true);
    });

    it("are none where they name, sort or are public", () => {
        assert.equal(isKeyMaterial("SORT_KEY", "created_at"), false);
        assert.equal(isKeyMaterial("PUBLIC_KEY", "9f86d081884c7d659a2feaa0c55ad015"), false);
        assert.equal(isKeyMaterial("PARTITION_KEY", "customer-identifier"), false);
        assert.equal(isKeyMaterial("KEY_NAME", "9f86d081884c7d659a2feaa0c55ad015"), false);
    });
});

describe("credentialIn", () => {
    it("says on which line, and never what", () => {
        fc.assert(
            fc.property(fc.stringMatching(/^[A-Za-z]{6,20}$/), fc.nat(5), (secret, before) => {
                const text = `${"host: db\n".repeat(before)}password: ${secret}\n`;
                const hit = credentialIn(text);
                if (canBeCredential(secret)) {
                    assert.deepEqual(hit, { line: before + 1, found: `sets "password"` });
                }
            }),
        );
    });

    it("reads a JSON document that stands on one line", () => {
        assert.deepEqual(credentialIn(`{"db":{"password":"hunter2"}}`), { found: `sets "password"` });
    });

    it("takes what only begins like JSON for text", () => {
        assert.equal(credentialIn("{ not json"), undefined);
    });

    it("does not take the start of a nested block for a value", () => {
        assert.equal(credentialIn("secrets: {\n}\ntoken: |\n  text\n"), undefined);
    });
});
