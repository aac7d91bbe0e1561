import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Constraints } from "../../policies/platforms";

/** A pod of the foundation that needs more of its node than an ordinary one. */
export interface HostPod {
    readonly namespace: string;
    /** Its service account, by whose name the constraints are called. */
    readonly account: string;
    readonly spec: k8s.types.input.core.v1.PodSpec;
}

export interface SecurityContextConstraintsArgs {
    /** What the platform has of them. */
    readonly constraints: Constraints;
    /** What is outside of namespaces is called after it. */
    readonly project: string;
    readonly hostPods: readonly HostPod[];
    /** Those of all pods, which run as the user that their manifests name. */
    readonly namespaces: readonly string[];
}

/** The names that constraints have for kinds of volumes (security.openshift.io/v1, FSType). */
const VOLUMES: Readonly<Record<string, string>> = {
    configMap: "configMap",
    csi: "csi",
    downwardAPI: "downwardAPI",
    emptyDir: "emptyDir",
    hostPath: "hostPath",
    persistentVolumeClaim: "persistentVolumeClaim",
    projected: "projected",
    secret: "secret",
};

const byName = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort();

/**
 * The least that admits a pod, for its account alone (security.openshift.io/v1, SecurityContextConstraints).
 *
 * @param seLinuxType the type by which the pod may touch files of the node, which the constraints give it
 */
export function constraintsOf(
    { namespace, account, spec: given }: HostPod,
    seLinuxType: string,
): Readonly<Record<string, unknown>> {
    // Specs are plain: none of ours holds an output.
    const spec = given as pulumi.Unwrap<k8s.types.input.core.v1.PodSpec>;
    const pod = spec.securityContext;
    const containers = [...(spec.initContainers ?? []), ...spec.containers];
    const contexts = containers.map(({ securityContext }) => securityContext ?? {});
    const users = contexts.map(({ runAsUser }) => runAsUser ?? pod?.runAsUser);
    const only = users.every((user) => user === users[0]) ? users[0] : undefined;
    const volumes = (spec.volumes ?? []).flatMap((volume) => Object.keys(volume).filter((key) => key !== "name"));
    const foreign = volumes.filter((volume) => VOLUMES[volume] === undefined);
    if (foreign.length > 0) {
        throw new Error(
            `${namespace}/${account} has volumes of a kind without a name among constraints: ${foreign.join(", ")}`,
        );
    }
    const profiles = contexts.map(({ seccompProfile }) => (seccompProfile ?? pod?.seccompProfile)?.type);
    const dropped = contexts.every(({ capabilities }) => capabilities?.drop?.includes("ALL"));
    return {
        allowHostDirVolumePlugin: volumes.includes("hostPath"),
        allowHostIPC: spec.hostIPC === true,
        allowHostNetwork: spec.hostNetwork === true,
        allowHostPID: spec.hostPID === true,
        allowHostPorts: containers.some(({ ports }) => ports?.some(({ hostPort }) => hostPort !== undefined)),
        allowPrivilegedContainer: contexts.some(({ privileged }) => privileged === true),
        // Unset means allowed.
        allowPrivilegeEscalation: contexts.some(({ allowPrivilegeEscalation }) => allowPrivilegeEscalation !== false),
        allowedCapabilities: byName(contexts.flatMap(({ capabilities }) => capabilities?.add ?? [])),
        defaultAddCapabilities: [],
        requiredDropCapabilities: dropped ? ["ALL"] : [],
        readOnlyRootFilesystem: contexts.every(({ readOnlyRootFilesystem }) => readOnlyRootFilesystem === true),
        runAsUser: only === undefined ? { type: "RunAsAny" } : { type: "MustRunAs", uid: only },
        fsGroup: { type: "RunAsAny" },
        supplementalGroups: { type: "RunAsAny" },
        seLinuxContext: { type: "MustRunAs", seLinuxOptions: { type: seLinuxType } },
        seccompProfiles: profiles.every((profile) => profile === "RuntimeDefault") ? ["runtime/default"] : ["*"],
        volumes: byName(volumes.map((volume) => VOLUMES[volume] ?? "")),
        users: [`system:serviceaccount:${namespace}:${account}`],
        groups: [],
    };
}

/**
 * What any pod has that is no agent of the node: the closed rights of the platform's own `nonroot-v2`, for the accounts of some
 * namespaces. Manifests name the user, which the constraints that everybody may use don't take.
 */
function ordinaryConstraints(namespaces: readonly string[]): Readonly<Record<string, unknown>> {
    return {
        allowHostDirVolumePlugin: false,
        allowHostIPC: false,
        allowHostNetwork: false,
        allowHostPID: false,
        allowHostPorts: false,
        allowPrivilegedContainer: false,
        allowPrivilegeEscalation: false,
        allowedCapabilities: [],
        defaultAddCapabilities: [],
        requiredDropCapabilities: ["ALL"],
        readOnlyRootFilesystem: false,
        runAsUser: { type: "MustRunAsNonRoot" },
        fsGroup: { type: "RunAsAny" },
        supplementalGroups: { type: "RunAsAny" },
        seLinuxContext: { type: "MustRunAs" },
        seccompProfiles: ["runtime/default"],
        volumes: byName(Object.values(VOLUMES).filter((volume) => volume !== VOLUMES["hostPath"])),
        users: [],
        groups: namespaces.map((namespace) => `system:serviceaccounts:${namespace}`),
    };
}

/**
 * What lets the foundation's pods through where SecurityContextConstraints judge them beside Pod Security Admission: agents of the
 * node by constraints of their own, each for one account, and all others of its namespaces as the users that they name.
 *
 * Creates: a SecurityContextConstraints for each agent, and one for all others.
 */
export class SecurityContextConstraints extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:cluster:SecurityContextConstraints";

    constructor(name: string, args: SecurityContextConstraintsArgs, opts?: pulumi.ComponentResourceOptions) {
        super(SecurityContextConstraints.__pulumiType, name, args, opts);
        const { constraints, project, hostPods, namespaces } = args;
        const all = [
            ...hostPods.map((pod) => [pod.account, constraintsOf(pod, constraints.seLinuxType)] as const),
            ["ordinary", ordinaryConstraints(namespaces)] as const,
        ];
        for (const [suffix, body] of all) {
            new k8s.apiextensions.CustomResource(
                `${name}-${suffix}`,
                {
                    apiVersion: "security.openshift.io/v1",
                    kind: "SecurityContextConstraints",
                    metadata: { name: `${project}-${suffix}` },
                    ...body,
                },
                { parent: this },
            );
        }
        this.registerOutputs({});
    }
}
