import type { ControlMeta, Context, Fault, ObjectControl, ParamSchemas } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { HclError, parseHcl } from "./hcl";
import type { Body, KubeObject } from "../../kubernetes/kube";
import { isObj, list, obj, str } from "../../kubernetes/kube";
import { child } from "../../kubernetes/path";
import type { Stack } from "../../kubernetes/stack";
import { append } from "../../kubernetes/selectors";

/** A plugin of a SPIRE configuration, whichever of the accepted forms it is written in. */
export interface SpirePlugin {
    /** E.g. `NodeAttestor`. */
    readonly type: string;
    /** E.g. `k8s_psat`. */
    readonly name: string;
    /** Where it stands within the file: `plugins.NodeAttestor.k8s_psat`. */
    readonly at: string;
    /** `plugin_data`, merged into one object. */
    readonly data: Body;
    /** `plugin_data` as it is written. */
    readonly raw: unknown;
}

/** A SPIRE configuration file in a ConfigMap. */
export interface SpireConfig {
    readonly object: KubeObject;
    /** Path of the entry, e.g. `data["server.conf"]`. */
    readonly path: string;
    readonly role: "server" | "agent";
    readonly root: Body;
    /** The block of the role. */
    readonly settings: Body;
    readonly plugins: readonly SpirePlugin[];
}

/** An entry that looks like a SPIRE configuration file and can't be read as JSON or HCL. */
export interface UnreadableConfig {
    readonly path: string;
    readonly reason: string;
}

/** Words that every server or agent configuration holds, whatever its format. */
const LOOKS_LIKE_SPIRE = /\bplugins\b[^]*\b(?:NodeAttestor|KeyManager|DataStore|WorkloadAttestor)\b/;

/** The SPIRE configuration files of a ConfigMap, and the entries that look like one and can't be read. */
export function readSpireConfigs(configMap: KubeObject): {
    readonly configs: readonly SpireConfig[];
    readonly unreadable: readonly UnreadableConfig[];
} {
    const configs: SpireConfig[] = [];
    const unreadable: UnreadableConfig[] = [];
    for (const [key, value] of Object.entries(obj(configMap.body["data"]))) {
        const text = str(value);
        if (!LOOKS_LIKE_SPIRE.test(text)) {
            continue;
        }
        const path = child(`${configMap.prefix}data`, key);
        try {
            const root = text.trimStart().startsWith("{") ? obj(JSON.parse(text)) : parseHcl(text);
            const role = (["server", "agent"] as const).find((name) => root[name] !== undefined);
            if (role !== undefined) {
                const settings = merged(root[role]);
                configs.push({ object: configMap, path, role, root, settings, plugins: pluginsOf(root["plugins"]) });
            }
        } catch (error) {
            unreadable.push({ path, reason: reasonOf(error) });
        }
    }
    return { configs, unreadable };
}

/** The message of a JSON error quotes the file, which may hold a password. */
function reasonOf(error: unknown): string {
    if (error instanceof HclError) {
        return error.message;
    }
    if (error instanceof SyntaxError) {
        return "it starts like JSON, but is none";
    }
    throw error;
}

/** One object out of an object or an array of objects: HCL writes the same block in both ways. */
export function merged(value: unknown): Body {
    return Array.isArray(value) ? (Object.assign({}, ...value.map(obj)) as Body) : obj(value);
}

function pluginsOf(value: unknown): readonly SpirePlugin[] {
    return objects(value).flatMap((types) =>
        Object.entries(types).flatMap(([type, declared]) =>
            objects(declared).flatMap((names) =>
                Object.entries(names).map(([name, plugin]) => {
                    const raw = merged(plugin)["plugin_data"];
                    return { type, name, at: `plugins.${type}.${name}`, data: merged(raw), raw };
                }),
            ),
        ),
    );
}

/** The objects among a value's items, or the value itself. */
export function objects(value: unknown): readonly Body[] {
    return (Array.isArray(value) ? list(value) : [value]).filter(isObj);
}

/** The plugin of a type and name, where it is configured. */
export function pluginOf(config: SpireConfig, type: string, name?: string): SpirePlugin | undefined {
    return config.plugins.find((plugin) => plugin.type === type && (name === undefined || plugin.name === name));
}

/** The clusters of a plugin such as `k8s_psat`, by name. */
export function clustersOf(plugin: SpirePlugin): readonly (readonly [string, Body])[] {
    return Object.entries(merged(plugin.data["clusters"])).map(([name, cluster]) => [name, merged(cluster)]);
}

/** True where a setting is switched on; SPIRE takes the text "true" as well. */
export function isOn(value: unknown): boolean {
    return value === true || value === "true";
}

/** Name of a trust domain (SPIFFE ID, section 2.1). */
export const TRUST_DOMAIN = /^[a-z0-9._-]{1,255}$/;

/** Names that RFC 2606 and RFC 6761 keep for documentation and tests; an identity under one of them proves nothing. */
export const RESERVED_DOMAIN = /(?:^|\.)(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)$/;

/** The SPIRE configuration files of a stack by role; what is unknown in preview is left out and reported elsewhere. */
export function spireConfigs(stack: Stack): Readonly<Record<"server" | "agent", readonly SpireConfig[]>> {
    return stack.memo(configIndex);
}

function configIndex(stack: Stack): Readonly<Record<"server" | "agent", readonly SpireConfig[]>> {
    const found = new Map<"server" | "agent", SpireConfig[]>();
    for (const configMap of stack.ofKind("ConfigMap")) {
        for (const config of readSpireConfigs(configMap).configs) {
            append(found, config.role, config);
        }
    }
    return { server: found.get("server") ?? [], agent: found.get("agent") ?? [] };
}

/** What a check of a configuration file finds: where within the file, and what about it. */
export interface ConfigFault {
    /** E.g. `server.ca_ttl`. */
    readonly at: string;
    /** What is wrong and what to do, as it reads after the place. Never a connection string or a password. */
    readonly says: string;
}

/** A control over the SPIRE configuration files in ConfigMaps. */
export function spireConfigControl<const S extends ParamSchemas = never>(
    control: Omit<ControlMeta<S>, "admission"> & {
        readonly role?: "server" | "agent";
        readonly check: (config: SpireConfig, context: Context<S>) => Iterable<ConfigFault>;
    },
): ObjectControl {
    const { check, role, ...meta } = control;
    return objectControl<S>({
        ...(meta as ControlMeta<S>),
        kinds: ["ConfigMap"],
        admission: { none: "The file is text within a ConfigMap, which Common Expression Language can't parse." },
        *check(configMap, context): Iterable<Fault> {
            for (const config of readSpireConfigs(configMap).configs) {
                if (role === undefined || role === config.role) {
                    for (const { at, says } of check(config, context)) {
                        yield { path: config.path, message: `${config.path}: ${at} ${says}` };
                    }
                }
            }
        },
    });
}
