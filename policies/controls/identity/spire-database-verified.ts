import { checklist, gdpr, mitre, nist, soc2 } from "../../engine/frameworks";
import { str } from "../../kubernetes/kube";
import { merged, objects, spireConfigControl } from "./spire";

const REMOTE: ReadonlyMap<string, "postgres" | "mysql"> = new Map([
    ["postgres", "postgres"],
    ["aws_postgres", "postgres"],
    ["mysql", "mysql"],
    ["aws_mysql", "mysql"],
]);

/** The database type, which is a word, or an object named after the type for IAM authentication. */
function databaseType(value: unknown): "postgres" | "mysql" | undefined {
    const name = str(value) || objects(value).flatMap(Object.keys)[0] || "";
    return REMOTE.get(name);
}

export const spireDatabaseVerified = spireConfigControl({
    name: "spire-database-verified",
    description: "SPIRE servers verify their database and keep its password out of the file.",
    why: "Who can answer in the database's place decides which identities exist; and a password in a ConfigMap is read by far more people than should.",
    severity: "high",
    covers: [],
    frameworks: [
        ...mitre("T1557", "T1552.001"),
        ...nist("SC-8(1)", "IA-5(7)"),
        ...soc2("CC6.7"),
        ...gdpr("32"),
        ...checklist("SEC-1", "SEC-6"),
    ],
    remediation:
        "Use sslmode=verify-full with sslrootcert, or root_ca_path for MySQL, and give the password by PGPASSWORD or -expandEnv.",
    profiles: ["x0tta6bl4"],
    role: "server",
    *check({ plugins }) {
        for (const { at, data } of plugins.filter(({ type, name }) => type === "DataStore" && name === "sql")) {
            const type = databaseType(data["database_type"]);
            for (const key of ["connection_string", "ro_connection_string"].filter(
                (name) => data[name] !== undefined,
            )) {
                const text = str(data[key]);
                if (type === "postgres") {
                    const mode = /(?:^|[\s?&])sslmode=([a-z-]+)/.exec(text)?.[1];
                    if (mode !== "verify-full") {
                        yield {
                            at: `${at}.${key}`,
                            says: `${mode === undefined ? "names no sslmode" : `has sslmode=${mode}`}, so the database is not verified. Use verify-full and sslrootcert.`,
                        };
                    }
                }
                if (type !== undefined && holdsPassword(text)) {
                    yield {
                        at: `${at}.${key}`,
                        says: "holds a password. Take it from an environment variable, and change it: it is known now.",
                    };
                }
            }
            if (type === "mysql" && str(merged(data)["root_ca_path"]) === "") {
                yield { at: `${at}.root_ca_path`, says: "is missing, so the database is not verified. Name its CA." };
            }
        }
    },
});

/** Says whether a connection string holds a password that is no reference to the environment. */
function holdsPassword(text: string): boolean {
    const found =
        /(?:^|[\s?&])password=('[^']*'|[^\s&]+)/.exec(text)?.[1] ??
        /^[^:@/\s]+:(?!\/\/)([^@]+)@/.exec(text)?.[1] ??
        /:\/\/[^:@/]+:([^@]+)@/.exec(text)?.[1];
    return found !== undefined && !/^'?\$(?:\{\w+\}|\w+)'?$/.test(found);
}
