import { inRange, rangeOf } from "../../policies/kubernetes/addresses";
import { PLATFORM_NAMES, platformOf } from "../../policies/platforms";
import type { Foundation } from "../area";
import { area } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import { elsewhereFaults } from "../cluster/settings";
import { OWNER, serviceSelector } from "../deployment";
import { eachNodeQuota, limitFaults } from "../namespace";
import type { MonitoringSettings } from "../monitoring/settings";
import { falcoWebhook } from "../responder/responder";
import type { ResponderSettings } from "../responder/settings";
import { auditFlows, RECEIVER } from "./audit";
import { FALCO } from "./daemonset";
import { falcoExceptions } from "./exceptions";
import { Falco, falcoFlows, falcoHostPod, ruleFaults } from "./falco";
import type { FalcoSettings } from "./settings";
import { falcoSettings } from "./settings";
import type { WatchedNamespaces } from "./shipped";
import { SIDEKICK, sidekickSecrets } from "./sidekick";

export interface FalcoConfig {
    readonly cluster: ClusterSettings;
    readonly falco: FalcoSettings;
    readonly monitoring: MonitoringSettings;
    readonly responder: ResponderSettings;
}

/** Says whether a range is there for the cloud's metadata service. A whole network that holds its address is not. */
function isMetadata(cidr: string): boolean {
    const addresses = PLATFORM_NAMES.flatMap((name) => platformOf(name).metadataAddresses);
    return (rangeOf(cidr)?.bits ?? 0) >= 16 && addresses.some((address) => inRange(cidr, address));
}

/** What the rules have to know of the stack's namespaces. */
function watched(
    { applications, namespaces, namespacesOf, flows }: Foundation,
    { applications: others }: FalcoSettings,
): WatchedNamespaces {
    const outgoing = [
        ...others.flatMap(({ namespace, ports }) => ports.map((port) => ({ namespace, port }))),
        ...flows.flatMap(({ from, ports }) =>
            from.kind === "pods" ? ports.map(({ port }) => ({ namespace: from.namespace, port })) : [],
        ),
    ];
    const askers = flows.flatMap(({ from, to }) =>
        from.kind === "pods" && to.kind === "addresses" && to.cidrs.some(isMetadata) ? [from.namespace] : [],
    );
    const applied = [...applications, ...others].map(({ namespace }) => namespace);
    const byNamespace = Map.groupBy(outgoing, ({ namespace }) => namespace);
    return {
        applications: applied,
        foundation: namespaces.filter((namespace) => !applied.includes(namespace)),
        secrets: namespacesOf["externalSecrets"] ?? [],
        falco: namespacesOf["falco"] ?? [],
        metadata: [...new Set(askers)],
        secretDirectories: applications.flatMap((application) => application.secretDirectories),
        applicationImages: applications.map(({ image }) => image),
        ports: Object.fromEntries([...byNamespace].map(([name, some]) => [name, some.map(({ port }) => port)])),
    };
}

export const falcoArea = area({
    key: "falco",
    description: "Falco: what watches processes on every node, and where its alerts go",
    settings: falcoSettings,
    faults: ({ falco: settings, cluster }: FalcoConfig, path, foundation) => [
        ...ruleFaults({ settings, images: foundation.images, namespaces: watched(foundation, settings) }).map(
            (fault) => `${path}: ${fault}`,
        ),
        ...elsewhereFaults(cluster, "runtimeSocket", settings.runtimeSocket).map(
            (fault) => `${path}.runtimeSocket ${fault}`,
        ),
        ...limitFaults(settings).map((fault) => `${path}.${fault}`),
    ],
    namespaces: ({ cluster, falco: { namespace, sidekick, cpu, memory } }: FalcoConfig) => [
        {
            setting: "namespace",
            namespace,
            owner: OWNER,
            podSecurity: "privileged",
            quota: eachNodeQuota(cluster.nodes, { cpu, memory }),
            critical: true,
        },
        ...(sidekick === undefined
            ? []
            : [
                  {
                      setting: "sidekick.namespace",
                      namespace: sidekick.namespace,
                      owner: OWNER,
                      quota: { cpu: "1", memory: "1Gi", pods: "10" },
                      critical: true,
                  },
              ]),
    ],
    hostPods: ({ falco: settings, cluster, monitoring }: FalcoConfig, images) => [
        falcoHostPod({ settings, cluster, monitoring, images }),
    ],
    images: ({ falco: { namespace, sidekick, kubernetesAudit } }: FalcoConfig) => ({
        [namespace]: kubernetesAudit === undefined ? ["falco"] : ["falco", "falcoctl"],
        ...(sidekick && { [sidekick.namespace]: ["falcosidekick"] as const }),
    }),
    targets: ({ falco: { namespace, sidekick, kubernetesAudit } }: FalcoConfig) => [
        { name: FALCO, namespace, labels: serviceSelector(FALCO), port: "web" },
        ...(sidekick === undefined
            ? []
            : [
                  {
                      name: SIDEKICK,
                      namespace: sidekick.namespace,
                      labels: serviceSelector(SIDEKICK),
                      port: "metrics",
                  },
              ]),
        ...(kubernetesAudit === undefined
            ? []
            : [{ name: RECEIVER, namespace, labels: serviceSelector(RECEIVER), port: "web" }]),
    ],
    startSecrets: ({ falco: { sidekick }, responder }: FalcoConfig) =>
        sidekick === undefined
            ? []
            : [{ namespace: sidekick.namespace, workload: SIDEKICK, secrets: sidekickSecrets(responder.enabled) }],
    flows: ({ falco: settings, cluster, monitoring }: FalcoConfig) => {
        const args = { settings, cluster, monitoring };
        const { kubernetesAudit: audit } = settings;
        return [...falcoFlows(args), ...(audit === undefined ? [] : auditFlows({ ...args, audit }))];
    },
    exceptions: falcoExceptions,
    after: ["externalSecrets"],
    once: true,
    deploy: ({ falco: settings, cluster, monitoring, responder: sentTo }: FalcoConfig, stage) => {
        const { images } = stage.foundation;
        const responder = sentTo.enabled ? falcoWebhook(sentTo) : undefined;
        const args = {
            cluster,
            monitoring,
            images,
            settings,
            namespaces: watched(stage.foundation, settings),
            responder,
        };
        return { resources: [new Falco("falco", args, stage.options())] };
    },
});
