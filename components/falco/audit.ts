import { createHash } from "node:crypto";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { ServiceSpec } from "../deployment";
import { resourcesOf, serviceLabels, serviceSelector } from "../deployment";
import { FoundationService } from "../foundation-service";
import { pulled } from "../images/pull";
import type { Flow, Peer } from "../network/flows";
import { AllowedFlows } from "../network/network";
import { apiServerPeer, dnsFlow, metricsFlow } from "../network/standard";
import type { Surroundings } from "../shared";
import { containerSecurity } from "../workload";
import { toYaml } from "../yaml";
import { AUDIT_PORT, falcoConfig, PATHS, WEB_PORT } from "./config";
import type { AuditSettings, FalcoSettings } from "./settings";
import type { RuleAdditions } from "./shipped";
import { ruleFiles } from "./shipped";

/** Name of the receiver: Deployment, Service, account, ConfigMap. */
export const RECEIVER = "falco-kubernetes-audit";

/** Secret with the receiver's certificate and key in `server.pem`. */
const AUDIT_TLS_SECRET = "falco-audit-tls";

const PLUGINS = "/usr/share/falco-plugins";
const REGISTRY = "ghcr.io/falcosecurity/plugins/plugin";

export interface AuditReceiverArgs extends Surroundings {
    readonly settings: FalcoSettings;
    readonly audit: AuditSettings;
    /** What the stack adds to the rules' lists. */
    readonly rules: RuleAdditions;
}

/** The flows of the receiver: audit events in, plugins by digest at start. */
export function auditFlows({
    settings,
    audit,
    cluster,
    monitoring,
}: Omit<AuditReceiverArgs, "images" | "rules">): readonly Flow[] {
    const receiver: Peer = { kind: "pods", namespace: settings.namespace, labels: serviceSelector(RECEIVER) };
    return [
        {
            name: "audit-events",
            reason: "The API server sends its audit events.",
            from: apiServerPeer(cluster),
            to: receiver,
            ports: [{ port: AUDIT_PORT }],
        },
        {
            name: "audit-plugins",
            reason: "Reads the plugins, by digest, when a pod starts.",
            from: receiver,
            to: { kind: "addresses", cidrs: audit.registryCidrs },
            ports: [{ port: 443 }],
        },
        dnsFlow(receiver, cluster, "audit-dns"),
        metricsFlow(receiver, monitoring, WEB_PORT, "audit-metrics"),
    ];
}

/** The receiver's Deployment: Falco without a driver, so without any privilege. */
function receiverService(args: Omit<AuditReceiverArgs, "rules">, checksum: string): ServiceSpec {
    const { images, audit } = args;
    const plugins = { name: "plugins", mountPath: PLUGINS };
    return {
        app: RECEIVER,
        version: images.tag("falco"),
        image: images.ref("falco"),
        args: ["/usr/bin/falco", "-c", `${PATHS.config}/falco.yaml`],
        ports: { audit: AUDIT_PORT, web: WEB_PORT },
        readiness: { httpGet: { path: "/healthz", port: "web" }, periodSeconds: 10 },
        liveness: { tcpSocket: { port: "web" }, periodSeconds: 15, failureThreshold: 4 },
        annotations: { "checksum/config": checksum },
        initContainers: Object.entries(audit.plugins).map(([plugin, digest]) => ({
            name: `install-${plugin}`,
            ...pulled(images.ref("falcoctl")),
            args: ["artifact", "install", `${REGISTRY}/${plugin}@${digest}`, "--plugins-dir", PLUGINS],
            securityContext: containerSecurity(),
            resources: resourcesOf("200m", "128Mi"),
            volumeMounts: [plugins, { name: "tmp", mountPath: "/tmp" }],
        })),
        volumes: [
            { name: "plugins", emptyDir: { sizeLimit: "128Mi" } },
            { name: "config", configMap: { name: RECEIVER, defaultMode: 0o444 } },
            { name: "rules", configMap: { name: `${RECEIVER}-rules`, defaultMode: 0o444 } },
            { name: "tls", secret: { secretName: AUDIT_TLS_SECRET, defaultMode: 0o440 } },
        ],
        volumeMounts: [
            { ...plugins, readOnly: true },
            { name: "config", mountPath: PATHS.config, readOnly: true },
            { name: "rules", mountPath: PATHS.rules, readOnly: true },
            { name: "tls", mountPath: "/etc/falco-audit-tls", readOnly: true },
        ],
        resources: { cpu: "500m", memory: "512Mi" },
    };
}

/** Falco's second source: the API server's audit log, received over TLS by a webhook. */
export class AuditReceiver extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:falco:AuditReceiver";

    constructor(name: string, args: AuditReceiverArgs, opts?: pulumi.ComponentResourceOptions) {
        super(AuditReceiver.__pulumiType, name, args, opts);
        const { namespace } = args.settings;
        const own = { parent: this };
        const labels = serviceLabels(RECEIVER, args.images.tag("falco"));
        const config = {
            "falco.yaml": toYaml(falcoConfig({ source: "k8s_audit", pluginDirectory: PLUGINS })),
        };
        const rules = Object.fromEntries(
            ruleFiles("k8s_audit", args.rules).map(({ name: file, text }) => [file, text]),
        );
        const checksum = createHash("sha256")
            .update(JSON.stringify([config, rules]))
            .digest("hex");
        const flows = new AllowedFlows(`${name}-network`, { flows: auditFlows(args) }, own);
        const maps = [
            new k8s.core.v1.ConfigMap(
                `${name}-config`,
                { metadata: { name: RECEIVER, namespace, labels }, data: config },
                own,
            ),
            new k8s.core.v1.ConfigMap(
                `${name}-rules`,
                { metadata: { name: `${RECEIVER}-rules`, namespace, labels }, data: rules },
                own,
            ),
        ];
        new FoundationService(
            RECEIVER,
            { ...receiverService(args, checksum), namespace, service: { port: AUDIT_PORT, target: "audit" } },
            { parent: this, dependsOn: [flows, ...maps] },
        );
        this.registerOutputs({});
    }
}
