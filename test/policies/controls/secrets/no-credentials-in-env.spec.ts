import { noCredentialsInEnv } from "../../../../policies/controls/secrets/no-credentials-in-env";
import { describeControl } from "../../../support/control-suite";

const env = (name: string, value?: unknown) => ({ container: { env: [{ name, value }] } });
const literal = (name: string): string =>
    `spec.containers[0].env[0].value is a literal for "${name}", the name of a credential. Mount it from a Secret and rotate it.`;
const shape = (name: string, what: string): string =>
    `spec.containers[0].env[0].value (variable "${name}") holds ${what}. Mount it from a Secret and rotate it.`;

describeControl(noCredentialsInEnv, {
    refused: {
        "a literal password": { ...env("DB_PASSWORD", "hunter2"), message: literal("DB_PASSWORD") },
        "a literal secret in camel case": { ...env("clientSecret", "hunter2"), message: literal("clientSecret") },
        "a literal API key": { ...env("STRIPE_API_KEY", "abcdef"), message: literal("STRIPE_API_KEY") },
        "a literal access key id": { ...env("AWS_ACCESS_KEY_ID", "abcdef"), message: literal("AWS_ACCESS_KEY_ID") },
        "a URL that holds a password": {
            ...env("DATABASE_URL", "postgres://shop:hunter2@db.shop:5432/shop"),
            message: shape("DATABASE_URL", "a URL with a password"),
        },
        "a private key under an innocent name": {
            ...env("SETTINGS", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"),
            message: shape("SETTINGS", "a private key"),
        },
        "an AWS key under an innocent name": {
            ...env("REGION", `AKIA${"Q".repeat(16)}`),
            message: shape("REGION", "an AWS access key id"),
        },
        "a command that gives a password by a flag": {
            ...env("BACKUP", "mysqldump -uroot -phunter2 shop"),
            message: `spec.containers[0].env[0].value (variable "BACKUP") gives a password by a flag. Mount it from a Secret and rotate it.`,
        },
        "a literal within a connection string": {
            ...env("DSN", "host=db user=shop password=hunter2"),
            message:
                'spec.containers[0].env[0].value (variable "DSN") sets "password", the name of a credential, to a literal. Mount it from a Secret and rotate it.',
        },
    },
    allowed: {
        "a number of tokens": env("TOKENS_PER_MINUTE", "60000"),
        "a reference to a Secret": {
            container: { env: [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }] },
        },
        "the path of a mounted file": env("DB_PASSWORD_FILE", "/run/secrets/db"),
        "a path under the name of a credential": env("TOKEN", "/var/run/token"),
        "the name of a Secret": env("TLS_SECRET_NAME", "web-tls"),
        "an empty password": env("DB_PASSWORD", ""),
        "no value": env("DB_PASSWORD"),
        "a reference to another variable": env("DB_PASSWORD", "$(OTHER)"),
        "a switch": env("ALLOW_EMPTY_PASSWORD", "yes"),
        "a lifetime": env("TOKEN_TTL", "3600"),
        "a word that only holds another": env("TOKENIZER", "wordpiece"),
        "a URL without a password": env("DATABASE_URL", "postgres://db.shop:5432/shop"),
    },
});
