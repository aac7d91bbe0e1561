import { readFile } from "node:fs/promises";

import { isObject, requireText } from "./arguments.js";
import type { Authorizer } from "./authorize.js";
import { authorizeAny, authorizeId, authorizeMemberOf, authorizeOneOf, authorizePattern } from "./authorize.js";
import { AuthorizationError, PolicyError, SpiffeError } from "./errors.js";
import { SpiffeId, TrustDomain } from "./id.js";
import { readYaml } from "./yaml.js";

/** Longest policy read: thousands of rules. */
const MAX_POLICY_LENGTH = 1024 * 1024;

const SECTIONS = ["allow", "deny"] as const;

type Read = (value: unknown) => Authorizer;

function text(value: unknown): string {
    if (typeof value !== "string") {
        throw new SpiffeError("invalid_policy", `${JSON.stringify(value)} is not text`);
    }
    return value;
}

/** The kinds of rule. */
const RULES: Readonly<Record<string, Read>> = {
    any: (value) => {
        if (value !== true) {
            throw new SpiffeError("invalid_policy", `${JSON.stringify(value)} must be true`);
        }
        return authorizeAny();
    },
    id: (value) => authorizeId(SpiffeId.parse(text(value))),
    oneOf: (value) => {
        if (!Array.isArray(value) || value.length === 0) {
            throw new SpiffeError("invalid_policy", "must be a list of SPIFFE IDs that isn't empty");
        }
        return authorizeOneOf(...value.map((entry: unknown) => SpiffeId.parse(text(entry))));
    },
    memberOf: (value) => {
        const name = text(value);
        if (name.includes("/")) {
            throw new SpiffeError(
                "invalid_policy",
                `${JSON.stringify(name)} must be the name of a trust domain, such as example.org`,
            );
        }
        return authorizeMemberOf(TrustDomain.parse(name));
    },
    pattern: (value) => authorizePattern(text(value)),
};

/**
 * Reads an authorization policy:
 *
 * ```yaml
 * allow:
 *   - id: spiffe://example.org/web
 *   - oneOf: [spiffe://example.org/a, spiffe://example.org/b]
 *   - memberOf: partner.test
 *   - pattern: spiffe://example.org/ns/prod/**
 *   - any: true
 * deny:
 *   - pattern: spiffe://example.org/ns/prod/sa/legacy-*
 * ```
 *
 * A peer is let in when a rule of `allow` fits and none of `deny` does.
 *
 * @param name what to call the policy in messages, such as its path
 * @throws {PolicyError} with all faults at once
 */
export function parsePolicy(yaml: string, name = "policy"): Authorizer {
    requireText(yaml, "yaml");
    requireText(name, "name");
    const rules = readRules(yaml, name, SECTIONS);
    return (...peer) => {
        const [id] = peer;
        const fits = (rule: Authorizer): boolean => allows(rule, ...peer);
        if (rules.deny.some(fits)) {
            throw new AuthorizationError(`${id} is denied by ${name}`);
        }
        if (!rules.allow.some(fits)) {
            throw new AuthorizationError(`${id} is not allowed by ${name}`);
        }
        return true;
    };
}

/**
 * Reads a list of those who are let in by nothing: a policy that has `deny` alone. Whom it doesn't name is judged by the authorizer.
 *
 * @throws {PolicyError} with all faults at once
 */
export function parseDenyList(yaml: string, name: string, authorizer: Authorizer): Authorizer {
    const { deny } = readRules(yaml, name, ["deny"]);
    return (...peer) => {
        if (deny.some((rule) => allows(rule, ...peer))) {
            throw new AuthorizationError(`${peer[0]} is denied by ${name}`);
        }
        return authorizer(...peer);
    };
}

type Section = (typeof SECTIONS)[number];

/** The rules of each section. Only of a policy that may allow `deny` may be left out. */
function readRules(
    yaml: string,
    name: string,
    sections: readonly Section[],
): Readonly<Record<Section, readonly Authorizer[]>> {
    const faults: string[] = [];
    const rules = { allow: [] as Authorizer[], deny: [] as Authorizer[] };
    const root = readRoot(yaml, name, sections[0] ?? "allow");
    for (const key of Object.keys(root)) {
        if (!sections.some((section) => section === key)) {
            faults.push(`${key}: not a known section; use ${sections.join(" or ")}`);
        }
    }
    for (const section of sections) {
        const list = root[section];
        if (list === undefined && section === "deny" && sections.length > 1) {
            continue;
        }
        if (!Array.isArray(list)) {
            faults.push(`${section}: must be a list of rules`);
            continue;
        }
        list.forEach((rule: unknown, index) => {
            const result = readRule(rule, `${section}[${index}]`);
            if (typeof result === "string") {
                faults.push(result);
            } else {
                rules[section].push(result);
            }
        });
    }
    if (faults.length > 0) {
        throw new PolicyError(name, faults);
    }
    return rules;
}

/** Reads a policy from a file. @throws {SpiffeError} a `PolicyError`, or an `ArgumentError` */
export async function loadPolicy(file: string): Promise<Authorizer> {
    return parsePolicy(await readPolicyFile(file), file);
}

/** The text of a policy. @throws {SpiffeError} a `PolicyError` when it can't be read, or an `ArgumentError` */
export async function readPolicyFile(file: string): Promise<string> {
    requireText(file, "file");
    try {
        return await readFile(file, "utf8");
    } catch (error) {
        throw new PolicyError(file, [error instanceof Error ? error.message : String(error)], { cause: error });
    }
}

function readRoot(yaml: string, name: string, section: Section): Record<string, unknown> {
    if (yaml.length > MAX_POLICY_LENGTH) {
        throw new PolicyError(name, [`${yaml.length} characters, at most ${MAX_POLICY_LENGTH} are read`]);
    }
    const reading = readYaml(yaml);
    if ("faults" in reading) {
        throw new PolicyError(name, reading.faults, { cause: reading.cause });
    }
    const root = reading.value;
    if (!isObject(root)) {
        throw new PolicyError(name, [`the document must be a mapping with a list of rules under ${section}`]);
    }
    return root;
}

/** The rule, or what is wrong with it. */
function readRule(rule: unknown, path: string): Authorizer | string {
    const entries = isObject(rule) ? Object.entries(rule) : [];
    const [kind, value] = entries[0] ?? [];
    if (kind === undefined || entries.length > 1) {
        return `${path}: must have exactly one of ${Object.keys(RULES).join(", ")}`;
    }
    const read = Object.hasOwn(RULES, kind) ? RULES[kind] : undefined;
    if (read === undefined) {
        return `${path}.${kind}: not a known kind of rule; use ${Object.keys(RULES).join(", ")}`;
    }
    try {
        return read(value);
    } catch (error) {
        if (error instanceof SpiffeError) {
            return `${path}.${kind}: ${error.message}`;
        }
        throw error;
    }
}

function allows(rule: Authorizer, ...peer: Parameters<Authorizer>): boolean {
    try {
        return rule(...peer);
    } catch (error) {
        if (error instanceof AuthorizationError) {
            return false;
        }
        throw error;
    }
}
