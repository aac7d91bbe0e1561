import * as pulumi from "@pulumi/pulumi";

import { serviceSelector, type ServiceSpec } from "../deployment";
import { FoundationService } from "../foundation-service";
import type { Flow, Peer } from "../network/flows";
import { AllowedFlows } from "../network/network";
import { dnsFlow, metricsFlow } from "../network/standard";
import { refuse } from "../refuse";
import type { Surroundings } from "../shared";
import type { SpireSettings } from "../spire/model";
import { WorkloadIdentity } from "../spire/workload-identity";
import type { PodIdentity } from "../workload";
import type { CanarySettings } from "./settings";

export interface CanaryArgs extends Surroundings {
    readonly settings: CanarySettings;
    readonly spire: SpireSettings;
    /** The applications, beside each of which there is a half; at least one. */
    readonly applications: readonly Watched[];
}

/** An application: its namespace, and its Service's name and port. */
export interface Watched {
    readonly namespace: string;
    readonly app: string;
    readonly port: number;
    /** With what the name of the flow between its half and the canary's own begins. */
    readonly flow: string;
}

/** Name of all its Deployments, Services and ServiceAccounts. */
export const CANARY = "canary";

/** Ports of the probe; see probe/README.md. */
const PORTS = { echo: 8443, http: 8080 } as const;

/** One half of the canary: where it is, and where the halves are that it calls, each by a flow of its own. */
interface Half {
    readonly namespace: string;
    readonly others: readonly { readonly namespace: string; readonly flow: string }[];
}

/** The half in a namespace of its own, which calls all others, and the half beside each application, which calls that one. */
function halves({
    settings: { namespace },
    applications,
}: Pick<CanaryArgs, "settings" | "applications">): readonly Half[] {
    return [
        { namespace, others: applications },
        ...applications.map((one) => ({ namespace: one.namespace, others: [{ namespace, flow: one.flow }] })),
    ];
}

/**
 * What no flow lets any half of the canary reach. All are always there, so that a refusal is never for want of a listener: the
 * API server, and the applications, that of another tenant among them.
 */
function forbiddenTargets(applications: CanaryArgs["applications"]): readonly string[] {
    return [
        "kubernetes.default.svc:443",
        ...applications.map(({ namespace, app, port }) => `${app}.${namespace}.svc:${port}`),
    ];
}

const pods = (namespace: string): Extract<Peer, { kind: "pods" }> => ({
    kind: "pods",
    namespace,
    labels: serviceSelector(CANARY),
});

/** Each half calls the other's echo; beside that, name resolution and metrics. */
export function canaryFlows(args: Omit<CanaryArgs, "spire" | "images">): readonly Flow[] {
    return halves(args).flatMap(({ namespace, others }) => [
        ...others.map((other) => ({
            name: `${other.flow}-echo`,
            reason: "The halves of the canary prove mutual TLS between their namespaces.",
            from: pods(namespace),
            to: pods(other.namespace),
            ports: [{ port: PORTS.echo }],
        })),
        dnsFlow(pods(namespace), args.cluster, `${CANARY}-dns`),
        metricsFlow(pods(namespace), args.monitoring, PORTS.http, `${CANARY}-metrics`),
    ]);
}

/**
 * The probe as a service: post-quantum key exchange required, nobody let in but its other halves, and tries at what network
 * policies forbid, so that they are known to be enforced.
 */
function canaryService(
    { others }: Half,
    identity: PodIdentity,
    args: Pick<CanaryArgs, "settings" | "spire" | "applications"> & {
        readonly image: string;
        readonly version: string;
    },
): ServiceSpec {
    const { settings, spire, applications, image, version } = args;
    const listed = (item: (namespace: string) => string) => others.map(({ namespace }) => item(namespace)).join();
    return {
        app: CANARY,
        version,
        image,
        args: [],
        identity,
        env: [
            { name: "PROBE_PEERS", value: listed((other) => `https://${CANARY}.${other}.svc:${PORTS.echo}`) },
            {
                name: "PROBE_ALLOWED",
                value: listed((other) => `spiffe://${spire.trustDomain}/ns/${other}/sa/${CANARY}`),
            },
            { name: "PROBE_FORBIDDEN", value: forbiddenTargets(applications).join() },
            { name: "PROBE_INTERVAL", value: String(settings.intervalSeconds) },
            { name: "PROBE_KEM", value: "require" },
        ],
        ports: PORTS,
        readiness: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 10 },
        liveness: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 20, failureThreshold: 3 },
        resources: { cpu: settings.cpu, memory: settings.memory },
        critical: false,
    };
}

/**
 * Probes that call each other from each application's namespace and from one of their own: identities, mutual TLS by
 * post-quantum key exchange, the network between namespaces and the enforcement of its policies are proved all the time, and told
 * in metrics.
 *
 * Creates, in each of these namespaces: flows, a ClusterSPIFFEID and a FoundationService.
 */
export class Canary extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:canary:Canary";

    constructor(name: string, args: CanaryArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Canary.__pulumiType, name, args, opts);
        const { settings, spire, applications, images } = args;
        refuse(this, name, images.faults(["probe"]));
        const own = { parent: this };
        const flows = new AllowedFlows(`${name}-network`, { flows: canaryFlows(args) }, own);
        const image = { image: images.ref("probe"), version: images.tag("probe") };
        for (const half of halves(args)) {
            const { namespace } = half;
            const identity = new WorkloadIdentity(
                `${name}-${namespace}-identity`,
                { settings: spire, namespace, serviceAccount: CANARY },
                own,
            );
            new FoundationService(
                `${name}-${namespace}`,
                {
                    ...canaryService(half, identity.pod, { settings, spire, applications, ...image }),
                    namespace,
                    service: { port: PORTS.echo, target: "echo" },
                },
                { ...own, dependsOn: [flows, identity] },
            );
        }
        this.registerOutputs({});
    }
}
