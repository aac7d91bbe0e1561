import { SERVER_PATHS } from "../layout";
import { anchorPath, certificatePath, keyPath, MATERIAL } from "../material";
import type { DataStore } from "../model";
import type { Plugins } from "./json";
import { plugin } from "./json";

/** `plugin_data` of the DataStore plugin `sql`. */
export interface SqlData {
    readonly database_type: string | { readonly [type: string]: { readonly region: string } };
    readonly connection_string: string;
    readonly ro_connection_string?: string;
    readonly root_ca_path?: string;
    readonly client_cert_path?: string;
    readonly client_key_path?: string;
}

/** The variable that holds the password of a MySQL account; `-expandEnv` puts it in place of `${…}`. */
export const MYSQL_PASSWORD_VARIABLE = "SPIRE_DATABASE_PASSWORD";
/**
 * The variable the PostgreSQL driver itself reads. The password then never passes through the configuration's text, where
 * a quotation mark or a backslash in it would break the file.
 */
export const POSTGRES_PASSWORD_VARIABLE = "PGPASSWORD";

/** The DataStore plugin. */
export function dataStorePlugin(store: DataStore): Plugins<object> {
    return [plugin("sql", sqlData(store))];
}

/** Says whether the configuration's text holds a variable to be expanded, so that the server needs `-expandEnv`. */
export function needsExpansion(store: DataStore): boolean {
    return store.type === "mysql";
}

function sqlData(store: DataStore): SqlData {
    switch (store.type) {
        case "sqlite":
            return { database_type: "sqlite3", connection_string: `${SERVER_PATHS.data}/datastore.sqlite3` };
        case "postgres":
        case "awsPostgres": {
            const client = "clientCertificate" in store && store.clientCertificate !== undefined;
            const readOnly = "readOnlyHost" in store ? store.readOnlyHost : undefined;
            return {
                database_type: store.type === "postgres" ? "postgres" : { aws_postgres: { region: store.region } },
                connection_string: postgresDsn(store, store.host, client),
                ro_connection_string: readOnly === undefined ? undefined : postgresDsn(store, readOnly, client),
            };
        }
        case "mysql":
        case "awsMysql": {
            const client = "clientCertificate" in store && store.clientCertificate !== undefined;
            return {
                database_type: store.type === "mysql" ? "mysql" : { aws_mysql: { region: store.region } },
                connection_string: mysqlDsn(store),
                // With a root CA the driver is given a TLS configuration that verifies certificate and host name.
                root_ca_path: anchorPath(MATERIAL.database),
                client_cert_path: client ? certificatePath(MATERIAL.databaseClient) : undefined,
                client_key_path: client ? keyPath(MATERIAL.databaseClient) : undefined,
            };
        }
    }
}

/** A PostgreSQL connection string in keyword form; `sslmode` is always `verify-full`. */
function postgresDsn(
    store: { readonly port: number; readonly database: string; readonly user: string },
    host: string,
    clientCertificate: boolean,
): string {
    const words: readonly (readonly [string, string])[] = [
        ["dbname", store.database],
        ["user", store.user],
        ["host", host],
        ["port", String(store.port)],
        ["sslmode", "verify-full"],
        ["sslrootcert", anchorPath(MATERIAL.database)],
        ...(clientCertificate
            ? ([
                  ["sslcert", certificatePath(MATERIAL.databaseClient)],
                  ["sslkey", keyPath(MATERIAL.databaseClient)],
              ] as const)
            : []),
    ];
    return words.map(([name, value]) => `${name}=${quoteWord(value)}`).join(" ");
}

/** Quotes a value of a keyword/value connection string where it needs it (libpq, section 32.1.1.1). */
function quoteWord(value: string): string {
    // eslint-disable-next-line no-restricted-syntax -- a connection string of libpq, which quotes in its own way
    return /^[^\s'\\]+$/.test(value) ? value : `'${value.replace(/['\\]/g, "\\$&")}'`;
}

function mysqlDsn(store: Extract<DataStore, { type: "mysql" | "awsMysql" }>): string {
    const account = store.type === "mysql" ? `${store.user}:\${${MYSQL_PASSWORD_VARIABLE}}` : store.user;
    return `${account}@tcp(${store.host}:${store.port})/${store.database}?parseTime=true`;
}
