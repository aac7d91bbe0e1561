import { isIPv4, isIPv6 } from "node:net";

import { requireText } from "../arguments.js";
import { EndpointAddressError } from "../errors.js";

/** The environment variable that names the endpoint when nothing else does (SPIFFE_Workload_Endpoint section 4). */
export const ENDPOINT_ENVIRONMENT_VARIABLE = "SPIFFE_ENDPOINT_SOCKET";

/** A checked address of a Workload API. */
export interface EndpointAddress {
    /** As configured. */
    readonly text: string;
    /** As grpc-js takes it. */
    readonly target: string;
}

/**
 * Reads an address: `unix:///path` or `unix:/path` with an absolute path, or `tcp://IP:port`. The short form `tcp:IP:port` and a final
 * slash after the port are tolerated; user, query, fragment and host names are not.
 *
 * @throws {EndpointAddressError} `invalid_address`
 */
export function parseEndpointAddress(text: string): EndpointAddress {
    requireText(text, "a Workload API address");
    const refuse = (fault: string): never => {
        throw new EndpointAddressError(
            "invalid_address",
            `Workload API address ${JSON.stringify(text.slice(0, 200))}: ${fault}. Use unix:///path/to/socket or tcp://IP:port`,
        );
    };
    for (let i = 0; i < text.length; i++) {
        if (text.charCodeAt(i) <= 0x20 || text.charCodeAt(i) >= 0x7f) {
            return refuse("it contains a character that may not stand in a URI");
        }
    }
    if (text.includes("?") || text.includes("#")) {
        return refuse("a query or fragment is not allowed");
    }
    const colon = text.indexOf(":");
    const scheme = text.slice(0, Math.max(colon, 0)).toLowerCase();
    const rest = text.slice(colon + 1);
    switch (scheme) {
        case "unix":
            return { text, target: `unix:${socketPath(rest, refuse)}` };
        case "tcp":
            return { text, target: tcpTarget(rest, refuse) };
        default:
            return refuse("the scheme must be unix or tcp");
    }
}

/**
 * The address to use: the explicit one, else that of the environment.
 *
 * @throws {EndpointAddressError} `no_address`, `invalid_address`
 */
export function resolveEndpointAddress(
    explicit?: string,
    environment: Readonly<Record<string, string | undefined>> = process.env,
): EndpointAddress {
    const text = explicit ?? environment[ENDPOINT_ENVIRONMENT_VARIABLE];
    if (text === undefined || text === "") {
        throw new EndpointAddressError(
            "no_address",
            `No Workload API address: pass one, or set ${ENDPOINT_ENVIRONMENT_VARIABLE} to unix:///path/to/socket or tcp://IP:port`,
        );
    }
    return parseEndpointAddress(text);
}

function socketPath(rest: string, refuse: (fault: string) => never): string {
    const path = rest.startsWith("//") ? rest.slice(2) : rest;
    if (!path.startsWith("/")) {
        return refuse(
            rest.startsWith("//") ? "a unix address has no host: write unix:///path" : "the path must be absolute",
        );
    }
    let decoded: string;
    try {
        decoded = decodeURIComponent(path);
    } catch {
        return refuse("the path has a broken percent-encoding");
    }
    if (decoded.includes("\0")) {
        return refuse("the path contains a zero byte");
    }
    if (decoded.split("/").every((part) => part === "")) {
        return refuse("the path names no socket");
    }
    return decoded;
}

function tcpTarget(rest: string, refuse: (fault: string) => never): string {
    const authority = (rest.startsWith("//") ? rest.slice(2) : rest).replace(/\/$/, "");
    if (authority.includes("@")) {
        return refuse("a user is not allowed");
    }
    if (authority.includes("/")) {
        return refuse("a path is not allowed in a tcp address");
    }
    const colon = authority.lastIndexOf(":");
    const host = authority.slice(0, Math.max(colon, 0));
    const port = authority.slice(colon + 1);
    const bracketed = host.startsWith("[") && host.endsWith("]");
    if (bracketed ? !isIPv6(host.slice(1, -1)) || host.includes("%") : !isIPv4(host)) {
        return refuse("the host must be an IP address, followed by a port");
    }
    if (!/^[0-9]{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
        return refuse("the port must be a number from 1 to 65535");
    }
    return `${bracketed ? "ipv6" : "ipv4"}:${host}:${Number(port)}`;
}
