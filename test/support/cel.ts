import assert from "node:assert/strict";
import { BlockList, isIP } from "node:net";

import { Environment } from "@marcbachmann/cel-js";

import type { policySpec } from "../../components/admission/policies";
import { isObj, obj, str } from "../../policies/kubernetes/kube";
import type { Manifest } from "./controls";

type Policy = ReturnType<typeof policySpec>;

/** The part of an AdmissionReview's request that expressions here read. */
export interface AdmissionRequest {
    readonly operation: "CREATE" | "UPDATE";
    readonly username: string;
    /** @default none */
    readonly groups?: readonly string[];
}

const BY_A_USER: AdmissionRequest = { operation: "CREATE", username: "someone" };

/** What a ValidatingAdmissionPolicy says of an object. */
export interface Decision {
    /** Whether all of its match conditions hold; it says nothing of an object otherwise. */
    readonly matched: boolean;
    /** The messages of the validations that do not hold. */
    readonly refused: readonly string[];
}

/** A compiled ValidatingAdmissionPolicy. Throws where an expression can't be evaluated, which the API server would refuse. */
export type Admission = (object: Manifest, oldObject?: Manifest, request?: AdmissionRequest) => Decision;

interface Named {
    readonly name: string;
    readonly expression: string;
}

interface Validation {
    readonly expression: string;
    readonly message: string;
    readonly messageExpression?: string;
}

/** The namespace that a request is for, which its object names. */
function namespaceOf(object: Manifest): string {
    return str(obj(obj(object)["metadata"])["namespace"]);
}

class Ip {
    constructor(readonly text: string) {
        assert.ok(isIP(text) !== 0, `${text} is no IP address`);
    }

    get family(): "ipv4" | "ipv6" {
        return isIP(this.text) === 6 ? "ipv6" : "ipv4";
    }
}

class Cidr {
    readonly ip: Ip;
    readonly length: number;

    constructor(text: string) {
        const [address = "", length = ""] = text.split("/");
        assert.ok(isIP(address) !== 0 && /^\d+$/.test(length), `${text} is no CIDR`);
        this.ip = new Ip(address);
        this.length = Number(length);
    }

    contains(address: string): boolean {
        return within(new Ip(address), [[this.ip.text, this.length]]);
    }
}

function within({ text, family }: Ip, subnets: readonly (readonly [network: string, prefix: number])[]): boolean {
    const list = new BlockList();
    for (const [network, prefix] of subnets) {
        list.addSubnet(network, prefix, new Ip(network).family);
    }
    return list.check(text, family);
}

const LOOPBACK = [["127.0.0.0", 8] as const, ["::1", 128] as const];
const LINK_LOCAL = [["169.254.0.0", 16] as const, ["fe80::", 10] as const];

/**
 * The language as the API server's expressions have it, as far as it is used here: optional fields, the strings extension of
 * cel-go, and the list, IP and CIDR libraries of Kubernetes (https://kubernetes.io/docs/reference/using-api/cel/).
 */
function environment(): Environment {
    return new Environment({ enableOptionalTypes: true })
        .registerVariable("object", "dyn")
        .registerVariable("oldObject", "dyn")
        .registerVariable("request", "dyn")
        .registerVariable("variables", "dyn")
        .registerType("net.IP", Ip)
        .registerType("net.CIDR", Cidr)
        .registerFunction("isIP(string): bool", (text: string) => isIP(text) !== 0)
        .registerFunction("ip(string): net.IP", (text: string) => new Ip(text))
        .registerFunction("net.IP.family(): int", (ip: Ip) => BigInt(isIP(ip.text)))
        .registerFunction("net.IP.isLoopback(): bool", (ip: Ip) => within(ip, LOOPBACK))
        .registerFunction("net.IP.isLinkLocalUnicast(): bool", (ip: Ip) => within(ip, LINK_LOCAL))
        .registerFunction("cidr(string): net.CIDR", (text: string) => new Cidr(text))
        .registerFunction("net.CIDR.ip(): net.IP", (cidr: Cidr) => cidr.ip)
        .registerFunction("net.CIDR.prefixLength(): int", (cidr: Cidr) => BigInt(cidr.length))
        .registerFunction("net.CIDR.containsIP(string): bool", (cidr: Cidr, address: string) => cidr.contains(address))
        .registerFunction("list.sum(): int", (list: readonly bigint[]) => list.reduce((sum, item) => sum + item, 0n))
        .registerFunction("string.find(string): string", (text: string, pattern: string) => {
            return new RegExp(pattern).exec(text)?.[0] ?? "";
        })
        .registerFunction("string.replace(string, string): string", (text: string, from: string, to: string) =>
            text.replaceAll(from, to),
        );
}

const ENVIRONMENT = environment();

/** A value as the language knows it: whole numbers are its integers, and a field that is null is not set. */
function celValue(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(celValue);
    }
    if (isObj(value)) {
        const set = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
        return Object.fromEntries(set.map(([key, item]) => [key, celValue(item)]));
    }
    return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value;
}

/** Compiles a policy's expressions. As in the API server, a variable is evaluated where it is first asked for. */
export function admission(policy: Policy): Admission {
    // `dyn` is there for the type checker; this evaluator's `has` takes no call below it, and objects are of no type here.
    const parse = (expression: string) => ENVIRONMENT.parse(expression.replace(/dyn\((object|oldObject)\)/g, "$1"));
    const conditions = (policy.matchConditions as readonly Named[] | undefined)?.map((one) => parse(one.expression));
    const variables = (policy.variables as readonly Named[] | undefined)?.map(
        ({ name, expression }) => [name, parse(expression)] as const,
    );
    const validations = (policy.validations as readonly Validation[]).map((one) => ({
        holds: parse(one.expression),
        message: one.messageExpression === undefined ? () => one.message : parse(one.messageExpression),
    }));
    return (object, oldObject, { operation, username, groups = [] } = BY_A_USER) => {
        const context: Record<string, unknown> = {
            object: celValue(object),
            oldObject: oldObject === undefined ? null : celValue(oldObject),
            request: { operation, namespace: namespaceOf(object), userInfo: { username, groups } },
            variables: {},
        };
        for (const [name, value] of variables ?? []) {
            let kept: { readonly value: unknown } | undefined;
            Object.defineProperty(context["variables"], name, {
                enumerable: true,
                get: (): unknown => (kept ??= { value: value(context) as unknown }).value,
            });
        }
        const matched = (conditions ?? []).every((holds) => truth(holds(context)));
        return {
            matched,
            refused: matched
                ? validations.flatMap(({ holds, message }) => (truth(holds(context)) ? [] : [String(message(context))]))
                : [],
        };
    };
}

function truth(value: unknown): boolean {
    assert.ok(typeof value === "boolean", `an expression gives ${typeof value}, not true or false`);
    return value;
}
