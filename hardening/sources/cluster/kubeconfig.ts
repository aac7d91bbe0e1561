import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";

import { load } from "js-yaml";

import type { Body } from "../../../policies/kubernetes/kube";
import { isObj, list, obj, str } from "../../../policies/kubernetes/kube";
import type { OptionTable } from "../../cli/options";
import { UsageError } from "../../io";
import { reasonOf } from "../files";
import type { Environment } from "./proxy";
import { proxyOf } from "./proxy";

/** How to reach a cluster, and as whom. */
export interface Connection {
    /** What a person calls the cluster: the context's name. */
    readonly name: string;
    /** Base address, `https://host:port`, without a slash at its end. */
    readonly server: string;
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
    readonly token?: string;
    /** Name to check the server's certificate against, where it isn't the host. */
    readonly serverName?: string;
    readonly insecure: boolean;
    /** Address of the proxy that requests go through. */
    readonly proxy?: string;
    /** Headers by which requests are made as somebody else: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
    readonly impersonation?: Readonly<Record<string, string | readonly string[]>>;
}

/** Where a pod finds its own credentials (Kubernetes documentation, "Accessing the Kubernetes API from a Pod"). */
const POD_CREDENTIALS = "/var/run/secrets/kubernetes.io/serviceaccount";

/** One entry of a kubeconfig, with the folder that its relative paths start from. */
interface Entry {
    readonly body: Body;
    readonly folder: string;
}

interface Merged {
    readonly files: readonly string[];
    readonly currentContext: string;
    readonly contexts: ReadonlyMap<string, Entry>;
    readonly clusters: ReadonlyMap<string, Entry>;
    readonly users: ReadonlyMap<string, Entry>;
}

/** Options of the commands that read a cluster. */
export const CONNECTION_OPTIONS = {
    kubeconfig: {
        type: "text",
        value: "FILE",
        description: "default: $KUBECONFIG, ~/.kube/config or the pod's own account",
    },
    context: { type: "text", value: "NAME", description: "a context of the kubeconfig; default its current one" },
} as const satisfies OptionTable;

/** What was given for them. */
export interface ConnectionRequest {
    readonly kubeconfig?: string;
    readonly context?: string;
}

/**
 * Reads how to reach a cluster from kubeconfig files, merged as kubectl merges them: the first file that has a name wins.
 *
 * @throws UsageError where a file can't be read, a name is not there, or the way to sign in is not supported.
 */
export function readConnection(request: ConnectionRequest, environment: Environment = process.env): Connection {
    const files = filesOf(request, environment);
    if (files.length === 0) {
        const inside = podConnection(environment);
        if (inside === undefined) {
            throw new UsageError(["no kubeconfig: name one with --kubeconfig or the variable KUBECONFIG"]);
        }
        return inside;
    }
    const merged = merge(files);
    const name = request.context ?? merged.currentContext;
    if (name === "") {
        throw new UsageError([`${files.join(", ")}: no current-context; name one with --context`]);
    }
    const context = obj(entryOf(merged, "contexts", name).body["context"]);
    const cluster = entryOf(merged, "clusters", str(context["cluster"]));
    const user = str(context["user"]);
    return connectionOf(name, cluster, user === "" ? undefined : entryOf(merged, "users", user), environment);
}

function filesOf(request: ConnectionRequest, environment: Environment) {
    if (request.kubeconfig !== undefined) {
        return [request.kubeconfig];
    }
    const listed = (environment["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
    // kubectl passes over files of the variable that are not there.
    const present = listed.filter((file) => existsSync(file));
    if (listed.length > 0) {
        return present.length > 0 ? present : listed.slice(0, 1);
    }
    const usual = join(environment["HOME"] ?? homedir(), ".kube", "config");
    return existsSync(usual) ? [usual] : [];
}

function podConnection(environment: Environment): Connection | undefined {
    const host = environment["KUBERNETES_SERVICE_HOST"];
    const port = environment["KUBERNETES_SERVICE_PORT"] ?? "443";
    if (host === undefined || !existsSync(join(POD_CREDENTIALS, "token"))) {
        return undefined;
    }
    return {
        name: "this cluster",
        server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
        ...optionalText("proxy", proxyOf(`https://${host}`, environment)),
        ca: readFile(join(POD_CREDENTIALS, "ca.crt")),
        token: readFile(join(POD_CREDENTIALS, "token")).toString("utf8").trim(),
        insecure: false,
    };
}

function merge(files: readonly string[]): Merged {
    const parsed = files.map((file) => ({ file, body: parse(file), folder: dirname(resolve(file)) }));
    const collect = (section: string) => {
        const entries = new Map<string, Entry>();
        for (const { body, folder } of parsed) {
            for (const item of list(body[section]).filter(isObj)) {
                const name = str(item["name"]);
                if (!entries.has(name)) {
                    entries.set(name, { body: item, folder });
                }
            }
        }
        return entries;
    };
    return {
        files,
        currentContext: parsed.map(({ body }) => str(body["current-context"])).find((name) => name !== "") ?? "",
        contexts: collect("contexts"),
        clusters: collect("clusters"),
        users: collect("users"),
    };
}

function parse(file: string): Body {
    let content: unknown;
    try {
        content = load(readFile(file).toString("utf8"));
    } catch (error) {
        if (error instanceof UsageError) {
            throw error;
        }
        // The parser's message may quote the file, which holds credentials.
        throw new UsageError([`kubeconfig ${file}: is not valid YAML`]);
    }
    if (!isObj(content)) {
        throw new UsageError([`kubeconfig ${file}: is no kubeconfig`]);
    }
    return content;
}

function readFile(file: string): Buffer {
    try {
        return readFileSync(file);
    } catch (error) {
        throw new UsageError([`kubeconfig ${file}: ${reasonOf(error)}`]);
    }
}

function entryOf(merged: Merged, section: "contexts" | "clusters" | "users", name: string): Entry {
    const entry = merged[section].get(name);
    if (entry === undefined) {
        const known = [...merged[section].keys()].join(", ") || "none";
        throw new UsageError([`${merged.files.join(", ")}: ${section} hold no "${name}"; known are ${known}`]);
    }
    return entry;
}

/**
 * What of a kubeconfig is read, or means nothing to a reader of objects. Anything else is refused by name, because kubectl
 * might follow it, and without it a request could have other rights or go another way than was asked for.
 */
const FIELDS: Readonly<Record<"cluster" | "user" | "exec", readonly string[]>> = {
    cluster: [
        ...["server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority"],
        ...["certificate-authority-data", "proxy-url", "disable-compression", "extensions"],
    ],
    user: [
        ...["client-certificate", "client-certificate-data", "client-key", "client-key-data", "token", "tokenFile"],
        ...["as", "as-uid", "as-groups", "as-user-extra", "exec", "auth-provider", "extensions"],
    ],
    exec: ["apiVersion", "command", "args", "env", "installHint", "interactiveMode"],
};

function refuseOthers(context: string, part: keyof typeof FIELDS, body: Body): void {
    const others = Object.entries(body).filter(
        ([field, value]) => !FIELDS[part].includes(field) && value !== false && value !== "" && value !== null,
    );
    if (others.length > 0) {
        throw new UsageError(
            others.map(
                ([field]) =>
                    `context ${context}: ${part}.${field} is not supported; supported are ${FIELDS[part].join(", ")}`,
            ),
        );
    }
}

function connectionOf(
    name: string,
    clusterEntry: Entry,
    userEntry: Entry | undefined,
    environment: Environment,
): Connection {
    const cluster = obj(clusterEntry.body["cluster"]);
    refuseOthers(name, "cluster", cluster);
    const server = str(cluster["server"]).replace(/\/+$/, "");
    if (!/^https?:\/\/[^/]/.test(server)) {
        throw new UsageError([
            `context ${name}: the cluster's server must be an http or https address, found "${server}"`,
        ]);
    }
    const serverName = str(cluster["tls-server-name"]);
    const proxy = str(cluster["proxy-url"]) || proxyOf(server, environment);
    if (proxy !== "" && !/^https?:\/\/[^/]/.test(proxy)) {
        throw new UsageError([`context ${name}: a proxy must be an http or https address`]);
    }
    return {
        name,
        server,
        ...optional("ca", dataOf(cluster, "certificate-authority", clusterEntry.folder)),
        ...(serverName !== "" && { serverName }),
        ...optionalText("proxy", proxy),
        insecure: cluster["insecure-skip-tls-verify"] === true,
        ...(userEntry !== undefined && credentialsOf(name, obj(userEntry.body["user"]), userEntry.folder)),
    };
}

/** The headers of impersonation, by what a user's entry says of it. */
function impersonationOf(name: string, user: Body): Connection["impersonation"] {
    const as = str(user["as"]);
    const uid = str(user["as-uid"]);
    const groups = list(user["as-groups"]).map(String);
    const extra = Object.entries(obj(user["as-user-extra"]));
    if (as === "" && (uid !== "" || groups.length > 0 || extra.length > 0)) {
        // The API server refuses the same: without a user there is nobody to be.
        throw new UsageError([`context ${name}: as-uid, as-groups and as-user-extra need user.as`]);
    }
    if (as === "") {
        return undefined;
    }
    return {
        "Impersonate-User": as,
        ...(uid !== "" && { "Impersonate-Uid": uid }),
        ...(groups.length > 0 && { "Impersonate-Group": groups }),
        ...Object.fromEntries(
            extra.map(([key, values]) => [`Impersonate-Extra-${encodeURIComponent(key)}`, list(values).map(String)]),
        ),
    };
}

function credentialsOf(name: string, user: Body, folder: string): Partial<Connection> {
    refuseOthers(name, "user", user);
    const impersonation = impersonationOf(name, user);
    return { ...signInOf(name, user, folder), ...(impersonation && { impersonation }) };
}

function signInOf(name: string, user: Body, folder: string): Partial<Connection> {
    if (isObj(user["exec"])) {
        refuseOthers(name, "exec", user["exec"]);
        return execCredentials(name, user["exec"], folder);
    }
    if (isObj(user["auth-provider"])) {
        throw new UsageError([`context ${name}: auth-provider is gone from Kubernetes since 1.26; use exec`]);
    }
    const tokenFile = str(user["tokenFile"]);
    const token = tokenFile === "" ? str(user["token"]) : readFile(resolve(folder, tokenFile)).toString("utf8").trim();
    return {
        ...optional("cert", dataOf(user, "client-certificate", folder)),
        ...optional("key", dataOf(user, "client-key", folder)),
        ...(token !== "" && { token }),
    };
}

/** Credentials from a helper program (client.authentication.k8s.io/v1). What it prints is never shown. */
function execCredentials(name: string, exec: Body, folder: string): Partial<Connection> {
    const command = str(exec["command"]);
    const program = command.includes("/") ? resolve(folder, command) : command;
    const extra = list(exec["env"]).map((entry): [string, string] => [
        str(obj(entry)["name"]),
        str(obj(entry)["value"]),
    ]);
    const info = { apiVersion: exec["apiVersion"], kind: "ExecCredential", spec: { interactive: false } };
    let printed: string;
    try {
        printed = execFileSync(program, list(exec["args"]).map(String), {
            encoding: "utf8",
            env: { ...process.env, ...Object.fromEntries(extra), KUBERNETES_EXEC_INFO: JSON.stringify(info) },
            stdio: ["ignore", "pipe", "inherit"],
            timeout: 60_000,
        });
    } catch (error) {
        const { code, status } = error as NodeJS.ErrnoException & { status?: number };
        throw new UsageError([
            `context ${name}: the credential helper ${command} failed (${code ?? `exit ${status}`})`,
        ]);
    }
    try {
        const status = obj((JSON.parse(printed) as Body)["status"]);
        const [token, cert, key] = ["token", "clientCertificateData", "clientKeyData"].map((field) =>
            str(status[field]),
        );
        return {
            ...(token && { token }),
            ...(cert && { cert: Buffer.from(cert) }),
            ...(key && { key: Buffer.from(key) }),
        };
    } catch {
        throw new UsageError([`context ${name}: the credential helper ${command} printed no ExecCredential`]);
    }
}

/** `x-data` in base64, or the file that `x` names. */
function dataOf(body: Body, field: string, folder: string): Buffer | undefined {
    const data = str(body[`${field}-data`]);
    const file = str(body[field]);
    return data !== "" ? Buffer.from(data, "base64") : file !== "" ? readFile(resolve(folder, file)) : undefined;
}

function optionalText<K extends string>(name: K, value: string): Partial<Record<K, string>> {
    return value === "" ? {} : ({ [name]: value } as Partial<Record<K, string>>);
}

function optional<K extends string>(name: K, value: Buffer | undefined): Partial<Record<K, Buffer>> {
    return value === undefined ? {} : ({ [name]: value } as Partial<Record<K, Buffer>>);
}
