import { WORKLOAD_GROUPS, WORKLOAD_RESOURCES } from "../kinds";
import type { Grant, Granted } from "./grant";
import { granted } from "./grant";
import { CERTIFICATE_OPERATORS, POLICY_ENGINES, RUN_BY_OPERATOR, SECRET_OPERATORS } from "./operators";
import type { RuleView } from "./rule";
import { CREATE, WRITE } from "./verbs";

/**
 * What rights are worth: each power is the set of grants that give it, on resources of the API server and of the operators
 * that are widely used. Sources: Kubernetes, "Role Based Access Control Good Practices" and "Constrained impersonation";
 * CIS Kubernetes Benchmark 5.1; the custom resources' own references. Outside: what an operator not named here does for
 * whoever writes its custom resources.
 */
export interface Power {
    /** What somebody can do, to follow "may": `read every Secret`. */
    readonly what: string;
    readonly grants: readonly Grant[];
    /** The rest of the cluster, or of the namespace it is bound in, follows from it. */
    readonly takeover?: true;
}

const RBAC_GROUP = "rbac.authorization.k8s.io";

/** The verbs of impersonation: the old one, and one for each mode of constrained impersonation (Kubernetes 1.35). */
const IMPERSONATE = [
    "impersonate",
    "impersonate:user-info",
    "impersonate:serviceaccount",
    "impersonate:arbitrary-node",
    "impersonate:associated-node",
] as const;

/** The right to the API server's own admission. */
export const CHANGE_ADMISSION: Grant = {
    groups: ["admissionregistration.k8s.io"],
    resources: [
        "validatingwebhookconfigurations",
        "mutatingwebhookconfigurations",
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
        "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings",
    ],
    verbs: WRITE,
    namesNarrow: true,
    clusterScoped: true,
};

export const POWERS = {
    readSecrets: {
        what: "read every Secret",
        takeover: true,
        grants: [{ groups: [""], resources: ["secrets"], verbs: ["get", "list", "watch"], namesNarrow: true }],
    },
    writeSecrets: {
        what: "change every Secret",
        grants: [{ groups: [""], resources: ["secrets"], verbs: WRITE, namesNarrow: true }],
    },
    escalate: {
        what: "give themselves any right",
        takeover: true,
        grants: [
            {
                groups: [RBAC_GROUP],
                resources: ["roles", "clusterroles", "rolebindings", "clusterrolebindings"],
                // On roles, impersonate grants nothing; whoever grants it there meant one of the other two.
                verbs: ["bind", "escalate", "impersonate"],
            },
        ],
    },
    manageRoles: {
        what: "change roles and bindings",
        takeover: true,
        grants: [
            {
                groups: [RBAC_GROUP],
                resources: ["roles", "clusterroles", "rolebindings", "clusterrolebindings"],
                verbs: CREATE,
            },
        ],
    },
    impersonate: {
        what: "act as somebody else",
        takeover: true,
        grants: [
            {
                groups: ["", "authentication.k8s.io"],
                resources: ["users", "groups", "serviceaccounts", "uids", "userextras", "userextras/*", "nodes"],
                verbs: IMPERSONATE,
            },
            // The other half of a constrained impersonation: what may be done in the name of another.
            { groups: ["*"], resources: ["*"], verbs: [], verbPrefix: "impersonate-on:" },
        ],
    },
    runWorkloads: {
        what: "create, change or delete pods",
        takeover: true,
        grants: [
            {
                groups: WORKLOAD_GROUPS,
                resources: WORKLOAD_RESOURCES,
                verbs: WRITE,
            },
        ],
    },
    runByOperator: {
        what: "have an operator run pods for them",
        takeover: true,
        grants: RUN_BY_OPERATOR,
    },
    execute: {
        what: "run commands in pods",
        takeover: true,
        grants: [
            {
                groups: [""],
                resources: ["pods/exec", "pods/attach"],
                // The API server asks for create or get; whoever grants another verb meant to grant the shell.
                verbs: ["create", "get", "update", "patch", "delete", "deletecollection"],
            },
            { groups: [""], resources: ["pods/ephemeralcontainers"], verbs: ["update", "patch"] },
        ],
    },
    forwardPorts: {
        what: "reach every port of every pod",
        grants: [{ groups: [""], resources: ["pods/portforward"], verbs: ["create", "get"] }],
    },
    proxy: {
        what: "reach pods and Services through the API server",
        grants: [
            {
                groups: [""],
                resources: ["pods/proxy", "services/proxy"],
                verbs: ["*"],
                namesNarrow: true,
            },
        ],
    },
    reachKubelet: {
        what: "command the kubelet",
        takeover: true,
        grants: [{ groups: [""], resources: ["nodes/proxy"], verbs: ["*"], clusterScoped: true }],
    },
    changeNodes: {
        what: "change nodes or place pods on them",
        grants: [
            { groups: [""], resources: ["nodes", "nodes/status"], verbs: CREATE, clusterScoped: true },
            { groups: [""], resources: ["pods/binding", "bindings"], verbs: ["create"] },
        ],
    },
    changePods: {
        what: "change what runs, or what a pod says of itself, beside its controller",
        grants: [{ groups: [""], resources: ["pods/status", "pods/resize"], verbs: ["update", "patch"] }],
    },
    changeNamespaces: {
        what: "take the labels off a namespace that hold its pods to a standard",
        takeover: true,
        grants: [
            {
                groups: [""],
                // Asked for in the namespace itself (the API server's RequestInfo), so a Role gives it there.
                resources: ["namespaces", "namespaces/finalize", "namespaces/status"],
                verbs: ["update", "patch"],
            },
        ],
    },
    extendApi: {
        what: "put a server of their own between clients and the API",
        takeover: true,
        grants: [
            {
                groups: ["apiregistration.k8s.io", "apiextensions.k8s.io"],
                resources: [
                    "apiservices",
                    "customresourcedefinitions",
                    "apiservices/status",
                    "customresourcedefinitions/status",
                ],
                verbs: CREATE,
                namesNarrow: true,
                clusterScoped: true,
            },
        ],
    },
    changeAdmission: {
        what: "change what the cluster admits",
        takeover: true,
        grants: [CHANGE_ADMISSION, ...POLICY_ENGINES],
    },
    approveCertificates: {
        what: "issue client certificates for anybody",
        takeover: true,
        grants: [
            {
                groups: ["certificates.k8s.io"],
                resources: ["certificatesigningrequests/approval"],
                verbs: ["update", "patch"],
                clusterScoped: true,
            },
            {
                groups: ["certificates.k8s.io"],
                resources: ["signers"],
                verbs: ["approve", "sign", "attest"],
                clusterScoped: true,
            },
            ...CERTIFICATE_OPERATORS,
        ],
    },
    mintTokens: {
        what: "get a token of every service account",
        takeover: true,
        grants: [{ groups: [""], resources: ["serviceaccounts/token"], verbs: ["create"], namesNarrow: true }],
    },
    mintIdentities: {
        what: "register any SPIFFE identity of the trust domain",
        takeover: true,
        grants: [
            {
                groups: ["spire.spiffe.io"],
                resources: ["clusterspiffeids", "clusterstaticentries", "clusterfederatedtrustdomains"],
                verbs: CREATE,
                namesNarrow: true,
                clusterScoped: true,
            },
        ],
    },
    readStores: {
        what: "have an operator read any secret its store can",
        takeover: true,
        grants: SECRET_OPERATORS,
    },
    useSecurityContexts: {
        what: "run pods beyond the restricted security context constraint",
        grants: [
            {
                groups: ["security.openshift.io"],
                resources: ["securitycontextconstraints"],
                verbs: ["use"],
                names: [
                    "privileged",
                    "anyuid",
                    "hostaccess",
                    "hostmount-anyuid",
                    "hostmount-anyuid-v2",
                    "hostnetwork",
                    "hostnetwork-v2",
                    "node-exporter",
                    "nonroot",
                ],
            },
            {
                groups: ["security.openshift.io"],
                resources: ["securitycontextconstraints"],
                verbs: ["use", ...WRITE],
                namesNarrow: true,
            },
        ],
    },
    deleteObjects: {
        what: "delete what runs and what it needs",
        grants: [
            {
                groups: WORKLOAD_GROUPS,
                resources: [
                    ...WORKLOAD_RESOURCES,
                    "services",
                    "secrets",
                    "namespaces",
                    "persistentvolumes",
                    "persistentvolumeclaims",
                ],
                verbs: ["delete", "deletecollection"],
                namesNarrow: true,
            },
            // An eviction deletes its pod as soon as the budget allows it.
            { groups: [""], resources: ["pods/eviction"], verbs: ["create"], namesNarrow: true },
        ],
    },
    deleteEvents: {
        what: "delete the record of what happened",
        grants: [
            { groups: ["", "events.k8s.io"], resources: ["events", "pods/log"], verbs: ["delete", "deletecollection"] },
        ],
    },
    changeEndpoints: {
        what: "send a Service's traffic where they like",
        grants: [
            {
                groups: ["", "discovery.k8s.io", "apps"],
                resources: ["endpoints", "endpointslices", "endpoints/restricted", "endpointslices/restricted"],
                verbs: WRITE,
                namesNarrow: true,
            },
        ],
    },
    changeLoadBalancers: {
        what: "have a Service answer at an address of their choice",
        grants: [{ groups: [""], resources: ["services/status"], verbs: ["update", "patch"] }],
    },
    changeDefaults: {
        what: "change what the control plane and every namespace rely on",
        grants: [
            ["scheduling.k8s.io", "priorityclasses"],
            ["flowcontrol.apiserver.k8s.io", "flowschemas", "prioritylevelconfigurations"],
            ["storage.k8s.io", "storageclasses", "csidrivers", "volumeattributesclasses", "volumeattachments"],
            ["node.k8s.io", "runtimeclasses"],
            ["resource.k8s.io", "deviceclasses", "resourceslices", "devicetaintrules"],
            ["networking.k8s.io", "ingressclasses", "servicecidrs", "ipaddresses"],
            ["certificates.k8s.io", "clustertrustbundles"],
            // Whoever holds a lease leads: a controller that does not get its own stands still.
            ["coordination.k8s.io", "leases"],
        ].map(([group = "", ...resources]) => ({
            groups: [group],
            resources,
            verbs: WRITE,
            namesNarrow: true,
            clusterScoped: true,
        })),
    },
    changeBounds: {
        what: "lift the bounds of a namespace, or make one without any",
        grants: [
            { groups: [""], resources: ["resourcequotas", "limitranges"], verbs: WRITE, namesNarrow: true },
            { groups: [""], resources: ["namespaces"], verbs: ["create"], clusterScoped: true },
        ],
    },
    readNodes: {
        what: "read what nodes log, run and are configured by",
        grants: [
            {
                groups: [""],
                resources: ["nodes/log", "nodes/configz", "nodes/pods", "nodes/checkpoint"],
                verbs: ["*"],
                namesNarrow: true,
                clusterScoped: true,
            },
        ],
    },
    joinNodes: {
        what: "have the cluster issue a node's certificate to them unasked",
        grants: [
            {
                groups: ["certificates.k8s.io"],
                resources: ["certificatesigningrequests/nodeclient", "certificatesigningrequests/selfnodeclient"],
                verbs: ["create"],
                clusterScoped: true,
            },
        ],
    },
    createVolumes: {
        what: "make volumes of the node's own files",
        grants: [{ groups: [""], resources: ["persistentvolumes"], verbs: ["create"], clusterScoped: true }],
    },
} as const satisfies Record<string, Power>;

export type PowerName = keyof typeof POWERS;

const TAKEOVER: readonly Power[] = Object.values<Power>(POWERS).filter(({ takeover }) => takeover === true);

/** A power over the cluster or a namespace, and what of a rule gives it. */
export interface Takeover {
    readonly power: Power;
    readonly found: Granted;
}

/** The powers over the cluster or the namespace that a rule gives. `cluster`: it is bound for the whole cluster. */
export function takeoversIn(rule: RuleView, cluster: boolean): readonly Takeover[] {
    return TAKEOVER.flatMap((power) => takeover(power, rule, cluster));
}

/** The same for one power, whether or not it is one over the cluster or the namespace. */
export function powerIn(name: PowerName, rule: RuleView, cluster: boolean): readonly Takeover[] {
    return takeover(POWERS[name], rule, cluster);
}

function takeover(power: Power, rule: RuleView, cluster: boolean): readonly Takeover[] {
    for (const grant of power.grants) {
        const found = grant.clusterScoped === true && !cluster ? undefined : granted(rule, grant);
        if (found !== undefined) {
            return [{ power, found }];
        }
    }
    return [];
}
