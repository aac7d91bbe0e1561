import * as pulumi from "@pulumi/pulumi";
import type { Flow, Peer } from "@x0tta6bl4/foundation";
import * as foundation from "@x0tta6bl4/foundation";

/*
 * The components of @x0tta6bl4/foundation with arguments that a schema of Pulumi can describe: no unions, and everything plain
 * but what only exists once something else does. What is refused, and the defaults, are those of the components themselves.
 */

/** What all pods of a namespace may ask for together. */
export interface Quota {
    /** Sum of the CPU requests. */
    cpu?: string;
    /** Sum of the memory requests. */
    memory?: string;
    /** Number of pods. */
    pods?: string;
}

export interface GuardedNamespaceArgs {
    /** Name of the namespace in the cluster. */
    namespace: string;
    /** Team that answers for it; a label. */
    owner: string;
    /** Level of pod security that is enforced: restricted (the default), baseline or privileged. */
    podSecurity?: string;
    /** Version of the Pod Security Standards; the newest unless set. */
    podSecurityVersion?: string;
    /** Room for the pods. */
    quota?: Quota;
    /** Further labels. */
    labels?: { [key: string]: string };
}

/** A namespace closed in both directions: enforced pod security, all traffic denied, a quota and limits. */
export class GuardedNamespace extends pulumi.ComponentResource {
    /** The namespace's name; known once it is closed. */
    public readonly namespaceName: pulumi.Output<string>;

    constructor(name: string, args: GuardedNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
        super("foundation-components:index:GuardedNamespace", name, args, opts);
        const podSecurity = args.podSecurity as foundation.PodSecurityLevel | undefined;
        const made = new foundation.GuardedNamespace(name, { ...args, podSecurity }, { parent: this });
        this.namespaceName = made.namespaceName;
        this.registerOutputs({ namespaceName: this.namespaceName });
    }
}

/** One end of a connection: pods of a closed namespace, pods of a namespace that others run, or addresses. */
export interface FlowPeer {
    /** Namespace of the pods. */
    namespace?: string;
    /** Labels of the pods; those of a foreign namespace may be left out. */
    labels?: { [key: string]: string };
    /** Others run the namespace, so that no policy is written there. */
    foreign?: boolean;
    /** Address ranges, in place of a namespace. */
    cidrs?: string[];
}

/** A port of the pods. */
export interface FlowPort {
    port: number;
    /** TCP (the default), UDP or SCTP. */
    protocol?: string;
}

/** A connection that is allowed. */
export interface AllowedFlow {
    /** Names the policies. */
    name: string;
    /** Why the connection is needed. */
    reason: string;
    source: FlowPeer;
    target: FlowPeer;
    ports: pulumi.Input<FlowPort>[];
}

export interface AllowedFlowsArgs {
    // Items that are no inputs have no type in SDKs for Go, which then don't compile.
    flows: pulumi.Input<AllowedFlow>[];
}

/** The connections that closed namespaces are opened for, at both ends, and nothing else. */
export class AllowedFlows extends pulumi.ComponentResource {
    constructor(name: string, args: AllowedFlowsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("foundation-components:index:AllowedFlows", name, args, opts);
        const given = known(args.flows, "flows", this).map((flow, index) => known(flow, `flows[${index}]`, this));
        const flows = given.map(({ source, target, ports, ...flow }) => ({
            ...flow,
            from: peerOf(source, `${flow.name}.source`, this),
            to: peerOf(target, `${flow.name}.target`, this),
            ports: known(ports, `flow ${flow.name}.ports`, this).map((port, index) =>
                known(port, `flow ${flow.name}.ports[${index}]`, this),
            ) as Flow["ports"],
        }));
        new foundation.AllowedFlows(name, { flows }, { parent: this });
        this.registerOutputs({});
    }
}

/** What decides which objects there are has to be known when the program runs. */
function known<T>(value: pulumi.Input<T>, path: string, component: pulumi.Resource): T {
    if (pulumi.Output.isInstance(value) || value instanceof Promise) {
        throw new pulumi.ResourceError(`${path} must be a value, and no output of another resource`, component, true);
    }
    return value as T;
}

function peerOf(given: FlowPeer, path: string, component: pulumi.Resource): Peer {
    const { namespace, labels, foreign = false, cidrs } = given;
    if (namespace === undefined) {
        if (cidrs === undefined) {
            throw new pulumi.ResourceError(`flow ${path} must have a namespace or cidrs`, component, true);
        }
        return { kind: "addresses", cidrs };
    }
    if (cidrs !== undefined) {
        throw new pulumi.ResourceError(`flow ${path} has both a namespace and cidrs; set one`, component, true);
    }
    return foreign ? { kind: "foreign", namespace, labels } : { kind: "pods", namespace, labels: labels ?? {} };
}

/** Bounds of an autoscaler. */
export interface Replicas {
    minimum?: number;
    maximum?: number;
}

/** What a container asks for and may take. */
export interface Resources {
    cpuRequest?: string;
    cpuLimit?: string;
    memoryRequest?: string;
    memoryLimit?: string;
}

export interface WorkloadArgs {
    /** Name of the Deployment, its Service and its ServiceAccount. */
    app: string;
    /** The namespace, from GuardedNamespace, so that nothing runs before it is closed. */
    namespace: pulumi.Input<string>;
    /** Image reference with tag and digest. */
    image: string;
    version: string;
    /** The port that serves HTTP. */
    port: number;
    /** Path that answers 200 once the workload serves. */
    metricsPath: string;
    /** Team that answers for it; a label. */
    owner: string;
    replicas?: Replicas;
    resources?: Resources;
    /** Directories that must be writable, and how large each may grow. */
    writable?: { [path: string]: string };
    /** Name of a Secret that is mounted read-only at /etc/<name>. */
    secretName?: string;
    /** Mounts SPIFFE's Workload API. */
    identity?: boolean;
}

/** A stateless workload: non-root on a read-only file system, no token, spread, scaled and never drained below its budget. */
export class Workload extends pulumi.ComponentResource {
    /** Name of the Service, in the workload's namespace. */
    public readonly serviceName: pulumi.Output<string>;

    constructor(name: string, args: WorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
        super("foundation-components:index:Workload", name, args, opts);
        const identity = args.identity === true ? foundation.podIdentity(args.app) : undefined;
        const made = new foundation.Workload(name, { ...args, identity }, { parent: this });
        this.serviceName = made.serviceName;
        this.registerOutputs({ serviceName: this.serviceName });
    }
}

/** A PostgreSQL that SPIRE keeps its entries in. */
export interface Postgres {
    host: string;
    /** ConfigMap in the namespace spire with the authority of the database's certificate. */
    trustAnchor: string;
    /** Secret in the namespace spire with the password, under the key password. */
    secret: string;
    /** Addresses of the database. */
    cidrs: string[];
}

export interface SpireArgs {
    trustDomain: string;
    clusterName: string;
    /** Addresses of the API server's endpoints. */
    apiServerCidrs: string[];
    /** Addresses of the nodes. */
    nodeCidrs: string[];
    /** Number of servers; more than one needs a database. 1 unless set. */
    servers?: number;
    /** Where entries are kept; a file of the one server unless set. */
    postgres?: Postgres;
}

/** SPIRE: servers, agents, CSI driver and registration, in the namespace spire, which is open to agents of the nodes. */
export class Spire extends pulumi.ComponentResource {
    constructor(name: string, args: SpireArgs, opts?: pulumi.ComponentResourceOptions) {
        super("foundation-components:index:Spire", name, args, opts);
        const { trustDomain, clusterName, apiServerCidrs, nodeCidrs, servers = 1, postgres } = args;
        const dataStore = postgres && {
            type: "postgres" as const,
            host: postgres.host,
            trustAnchor: { configMap: postgres.trustAnchor, key: "ca.crt" },
            password: { secret: postgres.secret, key: "password" },
        };
        const egress = postgres && [{ name: "database", cidrs: postgres.cidrs, ports: [5432] }];
        const settings = {
            trustDomain,
            clusterName,
            server: { replicas: servers, dataStore: dataStore ?? ({ type: "sqlite" } as const), egress },
            agent: { kubelet: { cidrs: nodeCidrs } },
        };
        const cluster = { name: clusterName, apiServer: { cidrs: apiServerCidrs } };
        new foundation.Spire(name, { settings, cluster }, { parent: this });
        this.registerOutputs({});
    }
}

/** Where alerts are sent on to. */
export interface Alerts {
    /** Namespace of falcosidekick. */
    namespace?: string;
    /** Addresses that it may call. */
    cidrs: string[];
    /** 443 unless set. */
    port?: number;
}

export interface FalcoArgs {
    clusterName: string;
    /** Addresses of the API server's endpoints. */
    apiServerCidrs: string[];
    /** Its namespace, which is open to agents of the nodes; falco unless set. */
    namespace?: string;
    /** Namespaces of applications, whose containers are watched more closely. */
    applications?: string[];
    /** Alerts go to the container's log unless set. */
    alerts?: Alerts;
}

/** Falco on every node: the modern eBPF probe, rules of this package. */
export class Falco extends pulumi.ComponentResource {
    constructor(name: string, args: FalcoArgs, opts?: pulumi.ComponentResourceOptions) {
        super("foundation-components:index:Falco", name, args, opts);
        const { clusterName, apiServerCidrs, namespace, applications = [], alerts } = args;
        const sidekick = alerts && {
            namespace: alerts.namespace,
            egress: { cidrs: alerts.cidrs, port: alerts.port },
        };
        const cluster = { name: clusterName, apiServer: { cidrs: apiServerCidrs } };
        new foundation.Falco(
            name,
            { settings: { namespace, sidekick }, cluster, namespaces: { applications } },
            { parent: this },
        );
        this.registerOutputs({});
    }
}
