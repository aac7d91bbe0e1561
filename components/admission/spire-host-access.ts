import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { literal, POD_SPEC, texts } from "../../policies/engine/cel";
import { csiHostPaths } from "../spire/csi-driver";
import { AGENT, AGENT_PATHS, CSI_DRIVER, kubeletCertificate, NAMESPACE } from "../spire/layout";
import type { SpireSettings } from "../spire/model";
import { kindsOf } from "./catalogue";
import { controllers } from "./expressions";
import { resourceRules } from "./policies";

export interface SpireHostAccessArgs {
    readonly settings: Pick<SpireSettings, "agent" | "hostAccess">;
    /** The kubelet's directory on the node. */
    readonly kubeletRoot: string;
}

/** Name of the policy and of its binding. */
const HOST_ACCESS_POLICY = "spire-host-access";

/** Who makes the pods of a DaemonSet; nobody else has a reason to start an agent or a driver. */
const DAEMON_SETS = controllers("daemon-set-controller");

/** Names of the privileged containers of one list. */
const privilegedIn = (field: string): string =>
    `(has(variables.spec.${field}) ? variables.spec.${field}.filter(c, has(c.securityContext) && has(c.securityContext.privileged) && c.securityContext.privileged).map(c, c.name) : [])`;

/**
 * Keeps host access in SPIRE's namespace, which Pod Security Admission leaves open, to the accounts that need it: hostPID to
 * the agent, its one directory to agent and driver, the kubelet's directories and privilege to the driver. And since anybody
 * who may create pods may also name those accounts, only the DaemonSet controller starts pods that use it.
 */
export function hostAccessSpec({
    settings,
    kubeletRoot,
}: SpireHostAccessArgs): k8s.types.input.admissionregistration.v1.ValidatingAdmissionPolicySpec {
    const agentPaths = [
        AGENT_PATHS.hostSocketDir,
        ...(settings.agent.kubelet.verify === "hostCertificate" ? [kubeletCertificate(kubeletRoot)] : []),
    ];
    const driverPaths = Object.values(csiHostPaths(kubeletRoot));
    return {
        failurePolicy: "Fail",
        matchConstraints: {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": NAMESPACE } },
            resourceRules: resourceRules(kindsOf(({ pods }) => pods)),
        },
        variables: [
            { name: "spec", expression: POD_SPEC },
            {
                name: "account",
                expression: 'has(variables.spec.serviceAccountName) ? variables.spec.serviceAccountName : "default"',
            },
            {
                name: "hostPaths",
                expression:
                    "has(variables.spec.volumes) ? variables.spec.volumes.filter(v, has(v.hostPath)).map(v, v.hostPath.path) : []",
            },
            {
                name: "privileged",
                expression: ["containers", "initContainers", "ephemeralContainers"].map(privilegedIn).join(" + "),
            },
            { name: "hostPID", expression: "has(variables.spec.hostPID) && variables.spec.hostPID" },
        ],
        validations: [
            {
                expression: `!variables.hostPID || variables.account == ${literal(AGENT)}`,
                message: `In namespace ${NAMESPACE} only the service account ${AGENT} may use hostPID.`,
            },
            {
                expression:
                    "!(has(variables.spec.hostNetwork) && variables.spec.hostNetwork) && !(has(variables.spec.hostIPC) && variables.spec.hostIPC)",
                message: `In namespace ${NAMESPACE} nothing may use hostNetwork or hostIPC.`,
            },
            {
                expression: `variables.hostPaths.all(path, (variables.account == ${literal(AGENT)} && path in ${texts(agentPaths)}) || (variables.account == ${literal(CSI_DRIVER)} && path in ${texts(driverPaths)}))`,
                messageExpression: `"In namespace ${NAMESPACE} the service account " + variables.account + " may not mount these directories of the node: " + variables.hostPaths.join(", ")`,
                message: `In namespace ${NAMESPACE} only ${AGENT} and ${CSI_DRIVER} may mount directories of the node, and only their own.`,
            },
            {
                expression: `variables.privileged.all(name, variables.account == ${literal(CSI_DRIVER)} && name == ${literal(CSI_DRIVER)})`,
                message: `In namespace ${NAMESPACE} only the container ${CSI_DRIVER} of the service account ${CSI_DRIVER} may be privileged.`,
            },
            {
                expression: `object.kind != "Pod" || request.operation != "CREATE" || !(variables.account in ${texts([AGENT, CSI_DRIVER])}) || request.userInfo.username in ${texts(DAEMON_SETS)}`,
                messageExpression: `"In namespace ${NAMESPACE} only the DaemonSet controller may start pods of the service account " + variables.account`,
                message: `In namespace ${NAMESPACE} only the DaemonSet controller may start pods of ${AGENT} and ${CSI_DRIVER}.`,
            },
        ],
    };
}

/**
 * The admission twin of the control `spire-host-access`.
 *
 * Creates: ValidatingAdmissionPolicy `spire-host-access` and its binding, which warns and audits, or denies by configuration.
 */
export class SpireHostAccess extends pulumi.ComponentResource {
    public static readonly __pulumiType = "x0tta6bl4:admission:SpireHostAccess";

    constructor(name: string, args: SpireHostAccessArgs, opts?: pulumi.ComponentResourceOptions) {
        super(SpireHostAccess.__pulumiType, name, args, opts);
        const { settings } = args;
        const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
            `${name}-policy`,
            { metadata: { name: HOST_ACCESS_POLICY }, spec: hostAccessSpec(args) },
            { parent: this },
        );
        new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
            `${name}-binding`,
            {
                metadata: { name: HOST_ACCESS_POLICY },
                spec: {
                    policyName: HOST_ACCESS_POLICY,
                    // The API server refuses Deny together with Warn.
                    validationActions: settings.hostAccess === "deny" ? ["Deny", "Audit"] : ["Warn", "Audit"],
                },
            },
            { parent: this, dependsOn: [policy] },
        );
        this.registerOutputs({});
    }
}
