import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { FalcoRules, RuleFile } from "./rules";
import { parseRules } from "./rules";
import type { RuleSource } from "./fields";
import type { ImageName } from "../images";
import { NAMESPACE as SPIRE } from "../spire/layout";
import type { FalcoSettings } from "./settings";
import { toYaml } from "../yaml";

const DIRECTORY = join(__dirname, "rules");

/** Files that only make sense with the audit log as a source. */
const AUDIT_FILES: ReadonlySet<string> = new Set(["50-kubernetes-audit.yaml"]);

/** The namespaces of a stack, and the ports that its flows open from them. */
export interface WatchedNamespaces {
    readonly applications: readonly string[];
    /** All others that the program makes. */
    readonly foundation: readonly string[];
    /** Those of External Secrets. */
    readonly secrets: readonly string[];
    /** Falco's own, and that of its output service. */
    readonly falco: readonly string[];
    /** Those whose flows lead to the cloud's metadata service. */
    readonly metadata: readonly string[];
    /** Where applications find their Secrets. */
    readonly secretDirectories: readonly string[];
    /** What the applications run. */
    readonly applicationImages: readonly ImageName[];
    /** Destination ports of what pods of a namespace may call. */
    readonly ports: Readonly<Record<string, readonly number[]>>;
}

/** What a stack adds to the lists of the shipped rules. */
export interface RuleAdditions {
    readonly namespaces: WatchedNamespaces;
    /** Repositories of the applications' images, as the cluster names them. */
    readonly applicationImages: readonly string[];
    /** Repositories of other workloads that have an identity. */
    readonly workloadImages: readonly string[];
    /** Repositories of the foundation's images, where they come from a mirror. */
    readonly foundationImages: readonly string[];
    /** Repositories of the canary's image. */
    readonly probeImages: readonly string[];
    /** What is looked for in every container of the cluster. */
    readonly clusterWide: FalcoSettings["clusterWide"];
}

/** The rule files of a source, in the order Falco loads them, with the stack's additions last. */
export function ruleFiles(source: RuleSource, additions?: RuleAdditions): readonly RuleFile[] {
    const files = readdirSync(DIRECTORY)
        .sort()
        .filter((name) => AUDIT_FILES.has(name) === (source === "k8s_audit"))
        .map((name) => ({ name, text: readFileSync(join(DIRECTORY, name), "utf8") }));
    return additions === undefined ? files : [...files, { name: "99-stack.yaml", text: stackItems(source, additions) }];
}

/** The rules of a source, checked. */
export function shippedRules(source: RuleSource, additions?: RuleAdditions): FalcoRules {
    return parseRules(ruleFiles(source, additions));
}

function listsOf(source: RuleSource, additions: RuleAdditions): Readonly<Record<string, readonly (string | number)[]>> {
    const { applications, foundation, secrets, falco, ports, metadata, secretDirectories } = additions.namespaces;
    if (source === "k8s_audit") {
        return { x0_audited_namespaces: [...applications, ...foundation] };
    }
    const portsOf = (namespaces: readonly string[]): readonly number[] =>
        namespaces.flatMap((namespace) => ports[namespace] ?? []).sort((a, b) => a - b);
    return {
        x0_application_namespaces: applications,
        x0_foundation_namespaces: foundation,
        x0_secrets_namespaces: secrets,
        x0_falco_namespaces: falco,
        x0_metadata_namespaces: metadata,
        x0_secret_directories: secretDirectories,
        x0_application_ports: portsOf(applications),
        x0_spire_ports: portsOf([SPIRE]),
        x0_secrets_ports: portsOf(secrets),
        x0_falco_ports: portsOf(falco),
        x0_application_images: additions.applicationImages,
        x0_workload_api_images: [...additions.applicationImages, ...additions.workloadImages],
        x0_foundation_images: additions.foundationImages,
        x0_probe_images: additions.probeImages,
    };
}

/** Macros that say where something is looked for, and which of them the stack widens. */
function widened({ metadata, miningPorts }: FalcoSettings["clusterWide"]): readonly string[] {
    return [...(metadata ? ["x0_metadata_watched"] : []), ...(miningPorts ? ["x0_mining_ports_watched"] : [])];
}

function stackItems(source: RuleSource, additions: RuleAdditions): string {
    const lists = Object.entries(listsOf(source, additions)).map(([list, items]) => ({
        list,
        items: [...new Set(items)],
        override: { items: "append" },
    }));
    const macros = (source === "syscall" ? widened(additions.clusterWide) : []).map((macro) => ({
        macro,
        condition: "(x0_in_container)",
        override: { condition: "replace" },
    }));
    return toYaml([...lists, ...macros]);
}
