import * as pulumi from "@pulumi/pulumi";

import { suggestion } from "../policies/text";
import { accessSettings } from "./access";
import { admissionSettings } from "./admission/settings";
import { signatureFaults } from "./admission/signatures";
import { canarySettings } from "./canary/settings";
import { namespaceCollisions } from "./collisions";
import { controlPlaneSettings } from "./control-plane/settings";
import { externalSecretsSettings } from "./external-secrets/settings";
import { falcoSettings } from "./falco/settings";
import { imageFaults, Images, imageSettings } from "./images";
import { meshSettings } from "./mesh/settings";
import { monitoringSettings } from "./monitoring/settings";
import { podSecurityVersion, quotaSettings } from "./namespace";
import type { Read } from "../policies/engine/schema";
import { cidr, dnsLabel, listOf, mapOf, object, optional, port, text, withDefault } from "../policies/engine/schema";
import { spireFaults } from "./spire/checks";
import { spireSettings } from "./spire/settings";
import { shieldSettings } from "./shield/settings";
import { replicaSettings, resourceSettings, workloadName } from "./workload";

/** The cluster that the stack is deployed to. */
const clusterSettings = object({
    /** Name of the cluster, unique among all stacks. */
    name: dnsLabel,
    /** Addresses of the API server's endpoints, as pods reach them after translation of the Service address. */
    apiServer: object({ cidrs: listOf(cidr, 1), ports: withDefault(listOf(port, 1), [443, 6443]) }),
    /** Labels of the cluster's DNS pods in `kube-system`. */
    dnsLabels: withDefault(mapOf(text()), { "k8s-app": "kube-dns" }),
    /** Version of the Pod Security Standards that namespaces enforce. */
    podSecurityVersion: withDefault(podSecurityVersion, "latest"),
});

/** The x0tta6bl4 platform itself. */
const platformSettings = object({
    namespace: dnsLabel,
    app: withDefault(workloadName, "x0tta6bl4"),
    owner: withDefault(dnsLabel, "platform-team"),
    port: withDefault(port, 8080),
    metricsPath: withDefault(text("an absolute path", /^\//), "/metrics"),
    replicas: replicaSettings,
    resources: resourceSettings,
    quota: quotaSettings,
    access: accessSettings,
    /** A Secret of the namespace, mounted read-only at `/etc/<name>`. */
    secretName: optional(dnsLabel),
});

/** Every configuration key of the program, without the project's prefix. */
const SETTINGS = {
    admission: admissionSettings,
    canary: canarySettings,
    cluster: clusterSettings,
    controlPlane: controlPlaneSettings,
    externalSecrets: externalSecretsSettings,
    falco: falcoSettings,
    images: imageSettings,
    mesh: withDefault(meshSettings, { kind: "none" }),
    monitoring: monitoringSettings,
    platform: platformSettings,
    shield: optional(shieldSettings),
    spire: spireSettings,
};

/** The stack's settings: checked, defaults filled in. */
export type Config = { readonly [K in keyof typeof SETTINGS]: Read<(typeof SETTINGS)[K]> };

export type ClusterSettings = Config["cluster"];
export type MonitoringSettings = Config["monitoring"];
export type PlatformSettings = Config["platform"];

/**
 * Reads settings from raw values, each under its full key.
 *
 * @param values raw configuration of the program's own namespace, by full key such as `x0tta6bl4:cluster`
 * @param project the namespace, which is the project's name
 * @returns the settings, and every fault found; with faults the settings are not to be used
 */
export function readConfig(
    values: Readonly<Record<string, unknown>>,
    project: string,
): { readonly config: Config; readonly faults: readonly string[] } {
    const faults: string[] = [];
    const known = Object.keys(SETTINGS);
    for (const key of Object.keys(values)) {
        const name = key.slice(project.length + 1);
        if (!known.includes(name)) {
            faults.push(`${key} is not a known setting${suggestion(name, known)}`);
        }
    }
    const config = Object.fromEntries(
        Object.entries(SETTINGS).map(([name, schema]) => {
            const key = `${project}:${name}`;
            return [name, schema.read(values[key], key, faults)];
        }),
    ) as Config;
    if (faults.length === 0) {
        const images = new Images(config.images);
        const versions = { server: images.tag("spire-server"), agent: images.tag("spire-agent") };
        faults.push(...namespaceCollisions(config, `${project}:`));
        faults.push(...imageFaults(config.images, `${project}:images`));
        faults.push(...signatureFaults(config.admission.signatures, config, `${project}:admission.signatures`));
        faults.push(...spireFaults(config.spire, versions, `${project}:spire`));
    }
    return { config, faults };
}

/**
 * The settings of the running stack. The only reader of Pulumi's configuration.
 *
 * @throws pulumi.RunError naming every fault at once; the engine prints it without a stack trace.
 */
export function loadConfig(): Config {
    const project = pulumi.getProject();
    const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(`${project}:`));
    // Secrets reach the cluster through External Secrets. One in the configuration would be unwrapped here and end up in
    // the state as plain text, so it is refused by name and never looked at.
    const encrypted = own.filter(([key]) => isConfigSecret(key)).map(([key]) => key);
    const plain = own.filter(([key]) => !encrypted.includes(key));
    const { config, faults } = readConfig(
        Object.fromEntries(plain.map(([key, value]) => [key, parsed(value)])),
        project,
    );
    const all = [
        ...encrypted.map((key) => `${key} is encrypted; settings hold no secrets, those come through External Secrets`),
        ...faults.filter((fault) => !encrypted.some((key) => fault.startsWith(`${key} is missing`))),
    ];
    if (all.length > 0) {
        throw new pulumi.RunError(
            `Stack "${pulumi.getStack()}" is misconfigured:\n${all.map((fault) => `  ${fault}`).join("\n")}`,
        );
    }
    return config;
}

/** The SDK keeps this function out of its typings; its own `Config` class is built on it. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

/** The engine hands structured values over as JSON text, and plain ones as they are. */
function parsed(value: string): unknown {
    try {
        return JSON.parse(value);
    } catch {
        return value;
    }
}
