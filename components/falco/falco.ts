import { createHash } from "node:crypto";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Given } from "../../policies/engine/schema";
import { object } from "../../policies/engine/schema";
import type { HostPod } from "../cluster/constraints";
import { nodePath } from "../cluster/settings";
import { completed } from "../completed";
import { serviceLabels, serviceSelector } from "../deployment";
import { FoundationService } from "../foundation-service";
import type { Flow, Peer } from "../network/flows";
import { AllowedFlows } from "../network/network";
import { dnsFlow, metricsFlow } from "../network/standard";
import { refuse } from "../refuse";
import { toYaml } from "../yaml";
import type { Surroundings, SurroundingsArgs } from "../shared";
import { SURROUNDINGS, surroundingsOf } from "../shared";
import { AuditReceiver } from "./audit";
import { falcoConfig, WEB_PORT } from "./config";
import { daemonSetSpec, FALCO } from "./daemonset";
import { FalcoRulesError } from "./rules";
import type { FalcoSettings } from "./settings";
import { falcoSettings } from "./settings";
import type { RuleAdditions, WatchedNamespaces } from "./shipped";
import { ruleFiles, shippedRules } from "./shipped";
import { ALERT_PORT, SIDEKICK, sidekickFlows, sidekickService } from "./sidekick";

export interface FalcoArgs extends SurroundingsArgs {
    /**
     * Its namespace, which is there already and open to node agents; where alerts go, and what this cluster's kernel asks for.
     * @default in the namespace `falco`; alerts go to the container's log
     */
    readonly settings?: Given<typeof falcoSettings>;
    /**
     * Where the rules watch.
     * @default all that they say of any namespace, and Falco's own
     */
    readonly namespaces?: Partial<WatchedNamespaces>;
    /**
     * Address of the responder, which alerts are sent on to.
     * @default none
     */
    readonly responder?: string | undefined;
}

const read = object({ settings: falcoSettings, ...SURROUNDINGS });

/** The same, completed. */
interface FalcoParts extends Surroundings {
    readonly settings: FalcoSettings;
    readonly namespaces: WatchedNamespaces;
    readonly responder?: string | undefined;
}

/** What Falco by itself watches. */
function watchedByDefault({ namespace, sidekick }: FalcoSettings): WatchedNamespaces {
    const own = [namespace, ...(sidekick === undefined ? [] : [sidekick.namespace])];
    return {
        applications: [],
        foundation: own,
        secrets: [],
        falco: own,
        metadata: [],
        secretDirectories: [],
        applicationImages: [],
        ports: {},
    };
}

/** Falco's pods. */
function falcoPeer(settings: FalcoSettings): Extract<Peer, { kind: "pods" }> {
    return { kind: "pods", namespace: settings.namespace, labels: serviceSelector(FALCO) };
}

/** The flows of Falco and, where there is one, of its output service. */
export function falcoFlows(args: Omit<FalcoParts, "images" | "namespaces">): readonly Flow[] {
    const { settings, monitoring, cluster } = args;
    const falco = falcoPeer(settings);
    return [
        metricsFlow(falco, monitoring, WEB_PORT, "falco-metrics"),
        ...(settings.sidekick === undefined
            ? []
            : [dnsFlow(falco, cluster, "falco-dns"), ...sidekickFlows(settings.sidekick, falco, args)]),
    ];
}

/** Images of ours that use the Workload API. */
const IDENTITY_IMAGES = ["spire-agent", "oidc-discovery-provider", "spiffe-csi-driver", "probe", "responder"] as const;

/** Images of ours that call the API server. */
const API_CLIENTS = [
    "spire-server",
    "spire-agent",
    "spire-controller-manager",
    "external-secrets",
    "responder",
] as const;

/** What the rules' lists depend on. */
export type RuleArgs = Pick<FalcoParts, "settings" | "images" | "namespaces">;

/** What the stack's images and namespaces add to the rules' lists. */
function ruleAdditions({ settings, images, namespaces }: RuleArgs): RuleAdditions {
    return {
        namespaces,
        applicationImages: namespaces.applicationImages.map((name) => images.repository(name)),
        workloadImages: [...IDENTITY_IMAGES.map((name) => images.repository(name)), ...settings.workloadImages],
        foundationImages: API_CLIENTS.map((name) => images.repository(name)),
        probeImages: [images.repository("probe")],
        clusterWide: settings.clusterWide,
    };
}

/** Falco's configuration and rules as ConfigMap data, and a checksum over both. */
export function falcoFiles(args: FalcoParts): {
    readonly config: Readonly<Record<string, string>>;
    readonly rules: Readonly<Record<string, string>>;
    readonly checksum: string;
} {
    const { sidekick, bufferSize } = args.settings;
    const runtimeSocket = nodePath(args.cluster, "runtimeSocket", args.settings.runtimeSocket);
    const outputUrl =
        sidekick === undefined ? {} : { outputUrl: `https://${SIDEKICK}.${sidekick.namespace}.svc:${ALERT_PORT}/` };
    const config = {
        "falco.yaml": toYaml(falcoConfig({ source: "syscall", runtimeSocket, bufferSize, ...outputUrl })),
    };
    const rules = Object.fromEntries(ruleFiles("syscall", ruleAdditions(args)).map(({ name, text }) => [name, text]));
    return {
        config,
        rules,
        checksum: createHash("sha256")
            .update(JSON.stringify([config, rules]))
            .digest("hex"),
    };
}

/** `spec` of Falco's DaemonSet. */
function falcoDaemonSet({ settings, images, cluster }: Omit<FalcoParts, "namespaces">, checksum: string) {
    return daemonSetSpec({
        image: images.ref("falco"),
        version: images.tag("falco"),
        extraCapabilities: Object.keys(settings.extraCapabilities),
        runtimeSocket: nodePath(cluster, "runtimeSocket", settings.runtimeSocket),
        cpu: settings.cpu,
        memory: settings.memory,
        outputs: settings.sidekick !== undefined,
        checksum,
    });
}

/** The pods of Falco, which are agents of the node. */
export function falcoHostPod(args: Omit<FalcoParts, "namespaces">): HostPod {
    const { spec } = falcoDaemonSet(args, "").template as { readonly spec: HostPod["spec"] };
    return { namespace: args.settings.namespace, account: FALCO, spec };
}

/**
 * Falco on every node: the modern eBPF probe with four capabilities instead of privileges, rules from this repository,
 * alerts to the log and, over mutual TLS, to falcosidekick.
 *
 * Creates: flows, ServiceAccount, two ConfigMaps, DaemonSet; falcosidekick and the audit log receiver where set.
 */
export class Falco extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:falco:Falco";

    constructor(name: string, given: FalcoArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Falco.__pulumiType, name, given, opts);
        const { read: around, images } = surroundingsOf(given);
        const { settings, ...surroundings } = completed(this, name, read, { ...around, settings: given.settings });
        const namespaces = { ...watchedByDefault(settings), ...given.namespaces };
        const args = { ...surroundings, settings, images, namespaces, responder: given.responder };
        refuse(this, name, falcoFaults(args));
        const { namespace } = settings;
        const files = falcoFiles(args);
        const labels = serviceLabels(FALCO, images.tag("falco"));
        const own = { parent: this };

        const flows = new AllowedFlows(`${name}-network`, { flows: falcoFlows(args) }, own);
        const account = new k8s.core.v1.ServiceAccount(
            `${name}-account`,
            { metadata: { name: FALCO, namespace, labels }, automountServiceAccountToken: false },
            own,
        );
        const config = new k8s.core.v1.ConfigMap(
            `${name}-config`,
            { metadata: { name: FALCO, namespace, labels }, data: files.config },
            own,
        );
        const rules = new k8s.core.v1.ConfigMap(
            `${name}-rules`,
            { metadata: { name: "falco-rules", namespace, labels }, data: files.rules },
            own,
        );
        const outputs =
            settings.sidekick === undefined ? [] : [this.sidekick(settings.sidekick.namespace, args, flows)];
        new k8s.apps.v1.DaemonSet(
            `${name}-daemonset`,
            {
                metadata: { name: FALCO, namespace, labels },
                spec: falcoDaemonSet(args, files.checksum),
            },
            { parent: this, dependsOn: [account, config, rules, flows, ...outputs] },
        );
        if (settings.kubernetesAudit !== undefined) {
            const rules = ruleAdditions(args);
            new AuditReceiver(`${name}-audit`, { ...args, rules, audit: settings.kubernetesAudit }, own);
        }
        this.registerOutputs({});
    }

    private sidekick(namespace: string, { images, responder }: FalcoParts, flows: pulumi.Resource): pulumi.Resource {
        return new FoundationService(
            SIDEKICK,
            {
                ...sidekickService(
                    { image: images.ref("falcosidekick"), version: images.tag("falcosidekick") },
                    responder,
                ),
                namespace,
                service: { port: ALERT_PORT, target: "alerts" },
            },
            { parent: this, dependsOn: [flows] },
        );
    }
}

/** What is wrong with the rules, completed by what the settings add to them; one line each. */
export function ruleFaults(args: RuleArgs): readonly string[] {
    try {
        shippedRules("syscall", ruleAdditions(args));
        return [];
    } catch (error) {
        if (error instanceof FalcoRulesError) {
            return error.faults;
        }
        throw error;
    }
}

/** What is wrong with the arguments; one line each. */
function falcoFaults(args: FalcoParts): readonly string[] {
    const { settings } = args;
    return [
        ...ruleFaults(args),
        ...(settings.sidekick?.namespace === settings.namespace
            ? [
                  `namespace "${settings.namespace}" can't hold falcosidekick too: it is open to privileged pods, and falcosidekick needs no privilege`,
              ]
            : []),
    ];
}
