import { noPersonalDataInConfigmaps } from "../../../../policies/controls/secrets/no-personal-data-in-configmaps";
import { describeControl } from "../../../support/control-suite";
import { configMap } from "../../../support/objects";

const message = (path: string, where = ""): string =>
    `${path} holds a user name or mail address${where}. Move it to a Secret.`;

describeControl(noPersonalDataInConfigmaps, {
    refused: {
        "a user name": { object: configMap({ "db-username": "jane" }), message: message("data.db-username") },
        "a mail address": { object: configMap({ email: "jane@example.org" }), message: message("data.email") },
        "a user name in a file": {
            object: configMap({ "app.yaml": "db:\n  username: jane\n" }),
            message: message(`data["app.yaml"]`, " on line 2"),
        },
    },
    allowed: {
        "plain settings": { object: configMap({ host: "db", "app.yaml": "db:\n  host: db\n" }) },
        "an empty user name": { object: configMap({ username: "" }) },
        "where a user name lies": { object: configMap({ "username-file": "/run/secrets/user" }) },
        "a number, which the API server refuses": { object: configMap({ replicas: 3 }) },
    },
});
