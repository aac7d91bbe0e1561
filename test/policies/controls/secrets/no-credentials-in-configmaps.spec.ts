import { noCredentialsInConfigmaps } from "../../../../policies/controls/secrets/no-credentials-in-configmaps";
import { describeControl } from "../../../support/control-suite";
import { configMap } from "../../../support/objects";

const message = (path: string, found: string): string => `${path} ${found}. Move it to a Secret and rotate it.`;
const literal = "is a literal under the name of a credential";

describeControl(noCredentialsInConfigmaps, {
    refused: {
        "a password": {
            object: configMap({ "db-password": "hunter2" }),
            message: message("data.db-password", literal),
        },
        "a key in a file of properties": {
            object: configMap({ "app.properties": "host=db\ndb.password=hunter2\n" }),
            message: message(`data["app.properties"]`, `sets "db.password" on line 2`),
        },
        "a key in a YAML file": {
            object: configMap({ config: "db:\n  host: db\n  password: 'hunter2'\n" }),
            message: message("data.config", `sets "password" on line 3`),
        },
        "a key deep in a JSON file": {
            object: configMap({ config: `{"db": [{"user": "shop", "password": "hunter2"}]}` }),
            message: message("data.config", `sets "password"`),
        },
        "a private key": {
            object: configMap({ "tls.pem": "# made by hand\n-----BEGIN EC PRIVATE KEY-----\nMHcC\n" }),
            message: message(`data["tls.pem"]`, "holds a private key on line 2"),
        },
        "a token in binary data": {
            object: {
                ...configMap({}),
                binaryData: { blob: Buffer.from(`glpat-${"x".repeat(20)}`).toString("base64") },
            },
            message: message("binaryData.blob", "holds a GitLab token"),
        },
        "a login at a registry": {
            object: configMap({ config: '{"auths": {"a.test": {"auth": "amFuZTpodW50ZXIyMw=="}}}' }),
            message: message("data.config", "holds the credentials of a registry"),
        },
        "a password in XML": {
            object: configMap({ settings: "<server>\n<username>jane</username>\n<password>hunter2</password>\n" }),
            message: message("data.settings", "holds a password in an XML element on line 3"),
        },
        "two at once": {
            object: configMap({ token: "abcdef", secret: "ghijkl" }),
            message: [message("data.token", literal), message("data.secret", literal)],
        },
    },
    allowed: {
        "plain settings": { object: configMap({ host: "db", "app.properties": "host=db\nport=5432\n" }) },
        "a password in XML that comes from elsewhere": {
            object: configMap({ settings: "<a>\n<password>${env.PASSWORD}</password>\n<password></password>\n" }),
        },
        "a registry without a login": { object: configMap({ config: '{"auths": {"a.test": {}}, "auth": "oidc"}' }) },
        "a certificate": { object: configMap({ "ca.crt": "-----BEGIN CERTIFICATE-----\nMIIB\n" }) },
        "where a credential lies": {
            object: configMap({ config: "password_file: /run/secrets/db\ntokenUrl: https://id" }),
        },
        "a credential that is filled in at run time": { object: configMap({ config: "password: ${DB_PASSWORD}\n" }) },
        "an empty ConfigMap": { object: { ...configMap({}), data: null } },
        "a Secret, which is the right place": {
            object: { ...configMap({ password: "aHVudGVyMg==" }), kind: "Secret" },
        },
    },
});
