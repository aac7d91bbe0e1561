import { spireDatabaseVerified } from "../../../../policies/controls/identity/spire-database-verified";
import { describeControl } from "../../../support/control-suite";
import { pluginFile, serverFile } from "../../../support/spire-files";
import type { Manifest } from "../../../support/controls";

const sql = (type: unknown, data: Manifest): Manifest =>
    serverFile({}, { DataStore: pluginFile("sql", { database_type: type, ...data }) });

describeControl(spireDatabaseVerified, {
    refused: {
        "a connection that is encrypted, but not verified": {
            object: sql("postgres", { connection_string: "dbname=spire host=db sslmode=require" }),
            message:
                'data["server.conf"]: plugins.DataStore.sql.connection_string has sslmode=require, so the database is not verified. Use verify-full and sslrootcert.',
        },
        "a connection without a mode": {
            object: sql("postgres", { connection_string: "postgres://spire@db/spire" }),
            message:
                'data["server.conf"]: plugins.DataStore.sql.connection_string names no sslmode, so the database is not verified. Use verify-full and sslrootcert.',
        },
        "a replica in clear text, and an AWS database": {
            object: sql([{ aws_postgres: { region: "r" } }], {
                connection_string: "host=db sslmode=verify-full",
                ro_connection_string: "host=ro sslmode=disable",
            }),
            message:
                'data["server.conf"]: plugins.DataStore.sql.ro_connection_string has sslmode=disable, so the database is not verified. Use verify-full and sslrootcert.',
        },
        "a password in the file, which is not shown": {
            object: sql("postgres", { connection_string: "host=db password='hunter two' sslmode=verify-full" }),
            message:
                'data["server.conf"]: plugins.DataStore.sql.connection_string holds a password. Take it from an environment variable, and change it: it is known now.',
        },
        "a password in a URL, which is not shown": {
            object: sql("postgres", { connection_string: "postgres://spire:hunter2@db/spire?sslmode=verify-full" }),
            message:
                'data["server.conf"]: plugins.DataStore.sql.connection_string holds a password. Take it from an environment variable, and change it: it is known now.',
        },
        "MySQL without a CA and with a password": {
            object: sql("mysql", { connection_string: "spire:hunter2@tcp(db:3306)/spire" }),
            message: [
                'data["server.conf"]: plugins.DataStore.sql.connection_string holds a password. Take it from an environment variable, and change it: it is known now.',
                'data["server.conf"]: plugins.DataStore.sql.root_ca_path is missing, so the database is not verified. Name its CA.',
            ],
        },
    },
    allowed: {
        "a file of its own": { object: serverFile() },
        "a verified PostgreSQL": { object: sql("postgres", { connection_string: "host=db sslmode=verify-full" }) },
        "a password from the environment": {
            object: sql("postgres", { connection_string: "host=db password=$DBPW sslmode=verify-full" }),
        },
        "a verified MySQL": {
            object: sql("mysql", { connection_string: "spire:${DBPW}@tcp(db:3306)/spire", root_ca_path: "/ca.crt" }),
        },
    },
});
