import { BlockList, isIP } from "node:net";

/** Variables of the process, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy of the environment, as Go's HTTP client reads it for kubectl; empty where requests go straight. */
export function proxyOf(server: string, environment: Environment): string {
    const { protocol, hostname, port } = new URL(server);
    const variable = (name: string): string => environment[name] ?? environment[name.toLowerCase()] ?? "";
    // Go never asks a proxy for what is on this machine.
    const local = hostname === "localhost" || /^(?:127(?:\.\d+){3}|\[::1\])$/.test(hostname);
    const host = hostname.replace(/^\[|\]$/g, "");
    const direct = variable("NO_PROXY")
        .split(",")
        .map((entry) => entry.trim().toLowerCase())
        .some((entry) => exempts(entry, host, port || (protocol === "https:" ? "443" : "80")));
    return local || direct ? "" : variable(protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
}

/** Says whether an entry of NO_PROXY is about a host: `*`, an address, a range of them, or a domain with all below it. */
function exempts(entry: string, host: string, port: string): boolean {
    if (entry === "*") {
        return true;
    }
    const range = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry);
    const family = isIP(host);
    if (range !== null) {
        const [, network = "", prefix = ""] = range;
        const kind = isIP(network);
        if (family === 0 || kind !== family || Number(prefix) > (kind === 4 ? 32 : 128)) {
            return false;
        }
        const list = new BlockList();
        list.addSubnet(network, Number(prefix), kind === 4 ? "ipv4" : "ipv6");
        return list.check(host, family === 4 ? "ipv4" : "ipv6");
    }
    const [, name = "", wanted] = /^(\[[^\]]*\]|[^:]*|[0-9a-f:]*)(?::(\d+))?$/.exec(entry) ?? [];
    if (name === "" || (wanted !== undefined && wanted !== port)) {
        return false;
    }
    const bare = name.replace(/^\[|\]$/g, "").replace(/^\*(?=\.)/, "");
    // With a dot in front it is about what is below a domain, without one about the domain too.
    return bare.startsWith(".") ? host.endsWith(bare) : host === bare || (family === 0 && host.endsWith(`.${bare}`));
}
