import assert from "node:assert/strict";

import fc from "fast-check";

import {
    canBeCredential,
    credentialIn,
    isKeyMaterial,
    looksLikeCredential,
    namesCredential,
} from "../../../../policies/controls/secrets/credentials";

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
        [`glpat-${"a".repeat(20)}`]: "a GitLab token",
        [`xoxb-${"1".repeat(12)}`]: "a Slack token",
        [`AIza${"a".repeat(35)}`]: "a Google API key",
        [`sk_live_${"a".repeat(24)}`]: "a Stripe key",
        [`npm_${"a".repeat(36)}`]: "an npm token",
        [`eyJ${"a".repeat(12)}.eyJ${"b".repeat(12)}.c`]: "a JSON web token",
        '{"type": "service_account"}': "a Google service account key",
        "redis://:hunter2@cache": "",
        "redis://shop:hunter2@cache": "a URL with a password",
        "Authorization: Bearer abcdefghijklmnop": "a bearer token",
    };
    for (const [text, title] of Object.entries(shapes)) {
        it(`${title === "" ? "are not seen in" : `are called ${title}:`} ${text.slice(0, 24)}…`, () =>
            assert.equal(looksLikeCredential(text) ?? "", title));
    }
    for (const text of [
        "",
        "-----BEGIN CERTIFICATE-----",
        "https://example.org/a:b@c",
        "postgres://db:5432/shop",
        "ghp_short",
    ]) {
        it(`are not seen in ${text === "" ? "an empty text" : text}`, () =>
            assert.equal(looksLikeCredential(text), undefined));
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
