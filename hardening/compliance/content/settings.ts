import { load } from "js-yaml";

import type { Body } from "../../../policies/kubernetes/kube";
import { list, obj, str } from "../../../policies/kubernetes/kube";
import type { Resource } from "../../../policies/kubernetes/resource";
import type { Judgement } from "../judgement";
import { missing, proven } from "../judgement";

/** Key managers that keep SPIRE's keys where its own pod can't read them out. */
const KEY_SERVICES = new Set(["aws_kms", "gcp_kms", "azure_key_vault", "hashicorp_vault"]);

/** Settings that no control judges, by what the stack renders. */
const SETTINGS: Readonly<Record<string, (resources: readonly Resource[]) => Judgement>> = {
    /** SPIRE's keys are made and used in a key service, and are neither on a disk nor in memory. */
    "spire-keys-in-a-key-service": (resources) => {
        const managers = filesOf(resources, "server.conf")
            .map((text) => obj(load(text)))
            .filter((config) => "plugins" in config)
            .flatMap((config) =>
                list(obj(config["plugins"])["KeyManager"]).flatMap((entry) => Object.keys(obj(entry))),
            );
        const outside = managers.filter((name) => !KEY_SERVICES.has(name));
        return managers.length > 0 && outside.length === 0
            ? proven(`the key manager is ${managers.join(", ")}`)
            : missing(
                  managers.length === 0 ? "no key manager is configured" : `the key manager is ${outside.join(", ")}`,
              );
    },
    /** What the API server is told to encrypt Secrets with. Whether it does is for a check of the cluster. */
    "secrets-encrypted-first": (resources) => {
        const first = filesOf(resources, "encryption.yaml")
            .flatMap((text) => list(obj(load(text))["resources"]).map(obj))
            .filter(({ resources: kinds }) => list(kinds).some((kind) => kind === "secrets" || kind === "*.*"))
            .flatMap(({ providers }) => Object.keys(obj(list(providers)[0])));
        return judged(first.length > 0 && first.every((name) => name !== "identity"), first, "encrypts Secrets first");
    },
    /** The audit policy records something, whoever reads it. */
    "audit-policy-records": (resources) => {
        const levels = filesOf(resources, "audit-policy.yaml").flatMap((text) =>
            list(obj(load(text))["rules"]).map((rule) => str(obj(rule)["level"])),
        );
        const recording = levels.filter((level) => level !== "None" && level !== "");
        return judged(recording.length > 0, [...new Set(recording)], "records events");
    },
};

/** Names of the settings that a row may ask for. */
export const SETTING_NAMES = Object.keys(SETTINGS);

/** Judges a setting by what the stack renders. */
export function judgeSetting(name: string, resources: readonly Resource[]): Judgement {
    return SETTINGS[name]?.(resources) ?? missing("is not known");
}

function judged(holds: boolean, by: readonly string[], what: string): Judgement {
    return holds ? proven(`${what}: ${by.join(", ")}`) : missing(`nothing ${what}`);
}

/** The files of a name in the ConfigMaps of a stack. */
export function filesOf(resources: readonly Resource[], name: string): readonly string[] {
    return resources
        .filter(({ type }) => type === "kubernetes:core/v1:ConfigMap")
        .flatMap(({ props }) => str((obj(props["data"]) satisfies Body)[name]) || []);
}
