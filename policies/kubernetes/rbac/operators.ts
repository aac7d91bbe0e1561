import type { Grant } from "./grant";
import { CREATE, WRITE } from "./verbs";

/*
 * What the custom resources of widely used operators are worth to whoever may write them, by the references of those
 * projects. Outside: operators that are not named here.
 */

/** Operators that run pods as a custom resource says, with what the resource names: images, commands, charts, repositories. */
export const RUN_BY_OPERATOR: readonly Grant[] = [
    {
        groups: ["argoproj.io"],
        resources: [
            "applications",
            "applicationsets",
            "appprojects",
            "workflows",
            "cronworkflows",
            "workflowtemplates",
            "clusterworkflowtemplates",
            "rollouts",
            "analysisruns",
            "sensors",
            "eventsources",
        ],
        verbs: CREATE,
    },
    {
        groups: ["tekton.dev", "triggers.tekton.dev"],
        resources: ["taskruns", "pipelineruns", "tasks", "pipelines", "customruns", "eventlisteners"],
        verbs: CREATE,
    },
    {
        groups: [
            "kustomize.toolkit.fluxcd.io",
            "helm.toolkit.fluxcd.io",
            "source.toolkit.fluxcd.io",
            "helm.cattle.io",
            "fleet.cattle.io",
            "source.werf.io",
        ],
        resources: [
            "kustomizations",
            "helmreleases",
            "gitrepositories",
            "ocirepositories",
            "helmrepositories",
            "buckets",
            "helmcharts",
            "helmchartconfigs",
            "bundles",
            "gitrepos",
        ],
        verbs: CREATE,
    },
    {
        groups: ["operators.coreos.com"],
        resources: ["subscriptions", "clusterserviceversions", "catalogsources", "installplans", "operatorgroups"],
        verbs: CREATE,
    },
    {
        groups: ["serving.knative.dev", "sources.knative.dev", "eventing.knative.dev"],
        resources: ["services", "configurations", "revisions", "containersources"],
        verbs: CREATE,
    },
    {
        groups: ["apps.kruise.io", "apps.openshift.io", "build.openshift.io", "keda.sh"],
        resources: [
            "clonesets",
            "advancedcronjobs",
            "broadcastjobs",
            "daemonsets",
            "statefulsets",
            "sidecarsets",
            "deploymentconfigs",
            "builds",
            "buildconfigs",
            "scaledjobs",
        ],
        verbs: CREATE,
    },
    {
        groups: [
            "batch.volcano.sh",
            "jobset.x-k8s.io",
            "leaderworkerset.x-k8s.io",
            "kubeflow.org",
            "trainer.kubeflow.org",
            "ray.io",
            "sparkoperator.k8s.io",
            "flink.apache.org",
        ],
        resources: [
            "jobs",
            "cronjobs",
            "jobsets",
            "leaderworkersets",
            "notebooks",
            "pytorchjobs",
            "tfjobs",
            "mpijobs",
            "trainjobs",
            "rayclusters",
            "rayjobs",
            "rayservices",
            "sparkapplications",
            "scheduledsparkapplications",
            "flinkdeployments",
        ],
        verbs: CREATE,
    },
    {
        groups: ["monitoring.coreos.com", "opentelemetry.io", "logging.banzaicloud.io", "elastic.co"],
        resources: [
            "prometheuses",
            "prometheusagents",
            "alertmanagers",
            "thanosrulers",
            "opentelemetrycollectors",
            "instrumentations",
            "loggings",
        ],
        verbs: CREATE,
    },
    {
        groups: ["postgresql.cnpg.io", "acid.zalan.do", "kafka.strimzi.io", "k8s.mariadb.com", "mysql.oracle.com"],
        resources: [
            "clusters",
            "postgresqls",
            "kafkas",
            "kafkaconnects",
            "kafkanodepools",
            "mariadbs",
            "innodbclusters",
        ],
        verbs: CREATE,
    },
    {
        groups: ["kubevirt.io", "cdi.kubevirt.io", "actions.github.com", "velero.io"],
        resources: [
            "virtualmachines",
            "virtualmachineinstances",
            "datavolumes",
            "autoscalingrunnersets",
            "ephemeralrunnersets",
            "restores",
        ],
        verbs: CREATE,
    },
    {
        groups: ["apiextensions.crossplane.io", "pkg.crossplane.io", "kubernetes.crossplane.io"],
        resources: [
            "compositions",
            "compositeresourcedefinitions",
            "providers",
            "configurations",
            "functions",
            "objects",
        ],
        verbs: CREATE,
    },
];

/** Operators that admit or refuse objects by rules that are custom resources. */
export const POLICY_ENGINES: readonly Grant[] = [
    {
        groups: [
            "kyverno.io",
            "policies.kyverno.io",
            "constraints.gatekeeper.sh",
            "templates.gatekeeper.sh",
            "config.gatekeeper.sh",
            "mutations.gatekeeper.sh",
            "policies.kubewarden.io",
            "policy.sigstore.dev",
        ],
        resources: [
            "clusterpolicies",
            "policies",
            "policyexceptions",
            "clustercleanuppolicies",
            "cleanuppolicies",
            "validatingpolicies",
            "mutatingpolicies",
            "generatingpolicies",
            "deletingpolicies",
            "imagevalidatingpolicies",
            "constrainttemplates",
            "configs",
            "assign",
            "assignmetadata",
            "modifyset",
            "clusteradmissionpolicies",
            "admissionpolicies",
            "clusterimagepolicies",
        ],
        verbs: WRITE,
        namesNarrow: true,
    },
];

/** Operators that sign certificates for whoever a custom resource says. */
export const CERTIFICATE_OPERATORS: readonly Grant[] = [
    {
        groups: ["cert-manager.io"],
        resources: ["signers", "certificaterequests/status"],
        verbs: ["approve", "update", "patch"],
        clusterScoped: true,
    },
];

/** Operators that copy secrets from where a custom resource says. */
export const SECRET_OPERATORS: readonly Grant[] = [
    {
        groups: ["external-secrets.io", "generators.external-secrets.io"],
        resources: [
            "externalsecrets",
            "clusterexternalsecrets",
            "secretstores",
            "clustersecretstores",
            "pushsecrets",
            "clusterpushsecrets",
            "clustergenerators",
        ],
        verbs: CREATE,
        namesNarrow: true,
    },
    {
        groups: ["secrets-store.csi.x-k8s.io", "secrets.hashicorp.com"],
        resources: [
            "secretproviderclasses",
            "vaultstaticsecrets",
            "vaultdynamicsecrets",
            "vaultpkisecrets",
            "vaultauths",
            "vaultconnections",
        ],
        verbs: CREATE,
        namesNarrow: true,
    },
];
