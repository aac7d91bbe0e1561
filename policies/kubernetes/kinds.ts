/**
 * The kinds whose objects carry pods, and where in them. Everything that has to find pods reads this table: the controls,
 * the expressions of their admission counterparts, the audit and the order of a rendering.
 */

/** Where in a pod a container stands. A sidecar is an init container that keeps running (`restartPolicy: Always`). */
export type ContainerRole = "init" | "sidecar" | "main" | "ephemeral";

/** Where an object keeps one pod, or several of one shape. */
export interface PodPlace {
    /**
     * Steps from the object to what holds the pod's metadata and spec; empty where that is the object itself. `*` stands for
     * every item of a list and every value of a map.
     */
    readonly at: readonly string[];
    /** Steps from there to the pod's spec. Default: `spec`. */
    readonly spec?: readonly string[];
    /** Fields of the spec that hold containers, one or a list of them. Default: those of a PodSpec of Kubernetes. */
    readonly containers?: Readonly<Record<string, ContainerRole>>;
    /** What stands there is laid over a pod that a controller makes, so what it leaves out says nothing. */
    readonly partial?: true;
}

/** A kind whose objects carry pods. */
export interface PodCarrier {
    readonly group: string;
    readonly kind: string;
    readonly places: readonly PodPlace[];
    /** Set for the API's own kinds: which of its objects a controller makes of one of these; none for a Pod. */
    readonly makes?: readonly string[];
}

const template = (...steps: readonly string[]): readonly PodPlace[] => [{ at: steps }];
const overlay = (...steps: readonly string[]): PodPlace => ({ at: steps, partial: true });
const TEMPLATE = template("spec", "template");

/** The kinds of the Kubernetes API itself, by group. The API reference's types with a field of type PodTemplateSpec. */
export const BUILT_IN_CARRIERS: readonly PodCarrier[] = [
    { group: "", kind: "Pod", places: template(), makes: [] },
    { group: "", kind: "PodTemplate", places: template("template"), makes: [] },
    { group: "", kind: "ReplicationController", places: TEMPLATE, makes: ["Pod"] },
    { group: "apps", kind: "Deployment", places: TEMPLATE, makes: ["ReplicaSet"] },
    { group: "apps", kind: "DaemonSet", places: TEMPLATE, makes: ["Pod"] },
    { group: "apps", kind: "StatefulSet", places: TEMPLATE, makes: ["Pod"] },
    { group: "apps", kind: "ReplicaSet", places: TEMPLATE, makes: ["Pod"] },
    // The API of these was in another group before Kubernetes 1.16.
    { group: "extensions", kind: "Deployment", places: TEMPLATE, makes: ["ReplicaSet"] },
    { group: "extensions", kind: "DaemonSet", places: TEMPLATE, makes: ["Pod"] },
    { group: "extensions", kind: "ReplicaSet", places: TEMPLATE, makes: ["Pod"] },
    { group: "batch", kind: "Job", places: TEMPLATE, makes: ["Pod"] },
    { group: "batch", kind: "CronJob", places: template("spec", "jobTemplate", "spec", "template"), makes: ["Job"] },
];

/** Kinds of other APIs by group, with the places of each; from the CustomResourceDefinitions of the projects named. */
const CUSTOM: Readonly<Record<string, Readonly<Record<string, readonly PodPlace[]>>>> = {
    // OpenShift
    "apps.openshift.io": { DeploymentConfig: TEMPLATE },
    // Argo Rollouts, Workflows and Events
    "argoproj.io": {
        Rollout: TEMPLATE,
        Workflow: argoWorkflow("spec"),
        WorkflowTemplate: argoWorkflow("spec"),
        ClusterWorkflowTemplate: argoWorkflow("spec"),
        CronWorkflow: argoWorkflow("spec", "workflowSpec"),
        Sensor: [inline(["spec", "template"], { container: "main" })],
        EventSource: [inline(["spec", "template"], { container: "main" })],
    },
    // Knative Serving and Eventing
    "serving.knative.dev": { Service: TEMPLATE, Configuration: TEMPLATE, Revision: template() },
    "sources.knative.dev": { ContainerSource: TEMPLATE },
    // OpenKruise
    "apps.kruise.io": {
        CloneSet: TEMPLATE,
        StatefulSet: TEMPLATE,
        DaemonSet: TEMPLATE,
        BroadcastJob: TEMPLATE,
        ImagePullJob: [],
        AdvancedCronJob: [
            ...template("spec", "template", "jobTemplate", "spec", "template"),
            ...template("spec", "template", "broadcastJobTemplate", "spec", "template"),
        ],
        UnitedDeployment: [
            "statefulSetTemplate",
            "advancedStatefulSetTemplate",
            "cloneSetTemplate",
            "deploymentTemplate",
        ].flatMap((field) => template("spec", "template", field, "spec", "template")),
        SidecarSet: [inline(["spec"], { initContainers: "init", containers: "main" })],
    },
    // Kubernetes SIGs: JobSet, LeaderWorkerSet, Kueue, Agent Sandbox
    "jobset.x-k8s.io": { JobSet: template("spec", "replicatedJobs", "*", "template", "spec", "template") },
    "leaderworkerset.x-k8s.io": {
        LeaderWorkerSet: ["leaderTemplate", "workerTemplate"].flatMap((field) =>
            template("spec", "leaderWorkerTemplate", field),
        ),
    },
    "kueue.x-k8s.io": { Workload: template("spec", "podSets", "*", "template") },
    "agents.x-k8s.io": { Sandbox: template("spec", "podTemplate") },
    "extensions.agents.x-k8s.io": { SandboxTemplate: template("spec", "podTemplate") },
    // KEDA
    "keda.sh": { ScaledJob: template("spec", "jobTargetRef", "template") },
    // Kubeflow
    "kubeflow.org": {
        TFJob: template("spec", "tfReplicaSpecs", "*", "template"),
        PyTorchJob: template("spec", "pytorchReplicaSpecs", "*", "template"),
        XGBoostJob: template("spec", "xgbReplicaSpecs", "*", "template"),
        PaddleJob: template("spec", "paddleReplicaSpecs", "*", "template"),
        JAXJob: template("spec", "jaxReplicaSpecs", "*", "template"),
        MXJob: template("spec", "mxReplicaSpecs", "*", "template"),
        MPIJob: template("spec", "mpiReplicaSpecs", "*", "template"),
        Notebook: TEMPLATE,
        Experiment: template("spec", "trialTemplate", "trialSpec", "spec", "template"),
    },
    "trainer.kubeflow.org": {
        TrainingRuntime: kubeflowRuntime(),
        ClusterTrainingRuntime: kubeflowRuntime(),
        TrainJob: [{ at: ["spec", "podSpecOverrides", "*"], partial: true }],
    },
    "serving.kserve.io": {
        InferenceService: ["predictor", "transformer", "explainer"].map((field) => inline(["spec", field])),
        ServingRuntime: [inline(["spec"])],
        ClusterServingRuntime: [inline(["spec"])],
    },
    // Seldon
    "machinelearning.seldon.io": { SeldonDeployment: template("spec", "predictors", "*", "componentSpecs", "*") },
    // Volcano
    "batch.volcano.sh": { Job: template("spec", "tasks", "*", "template") },
    "flow.volcano.sh": { JobTemplate: template("spec", "tasks", "*", "template") },
    // Ray
    "ray.io": {
        RayCluster: rayCluster("spec"),
        RayService: rayCluster("spec", "rayClusterConfig"),
        RayJob: [...rayCluster("spec", "rayClusterSpec"), ...template("spec", "submitterPodTemplate")],
    },
    // Spark
    "sparkoperator.k8s.io": {
        SparkApplication: sparkApplication("spec"),
        ScheduledSparkApplication: sparkApplication("spec", "template"),
    },
    "spark.apache.org": {
        SparkApplication: [
            overlay("spec", "driverSpec", "podTemplateSpec"),
            overlay("spec", "executorSpec", "podTemplateSpec"),
        ],
    },
    // Flink
    "flink.apache.org": {
        FlinkDeployment: [
            overlay("spec", "podTemplate"),
            overlay("spec", "jobManager", "podTemplate"),
            overlay("spec", "taskManager", "podTemplate"),
        ],
    },
    // Tekton
    "tekton.dev": {
        Task: [tektonTask("spec")],
        ClusterTask: [tektonTask("spec")],
        StepAction: [inline([], { spec: "main" })],
        TaskRun: [tektonTask("spec", "taskSpec"), inline(["spec", "podTemplate"])],
        Pipeline: tektonPipeline("spec"),
        PipelineRun: [
            ...tektonPipeline("spec", "pipelineSpec"),
            inline(["spec", "podTemplate"]),
            inline(["spec", "taskRunTemplate", "podTemplate"]),
            inline(["spec", "taskRunSpecs", "*", "podTemplate"]),
        ],
    },
    // KubeVirt: containerDisks aside, a virtual machine is no pod; its pod is KubeVirt's own.
    // Strimzi: containers are named by field, and the pod's own settings stand apart.
    "kafka.strimzi.io": {
        Kafka: ["kafka", "zookeeper", "entityOperator", "cruiseControl", "kafkaExporter"].flatMap((field) =>
            strimzi(field),
        ),
        KafkaNodePool: strimzi(),
        KafkaConnect: strimzi(),
        KafkaBridge: strimzi(),
        KafkaMirrorMaker2: strimzi(),
    },
    // Prometheus operator
    "monitoring.coreos.com": {
        Prometheus: [inline(["spec"])],
        PrometheusAgent: [inline(["spec"])],
        Alertmanager: [inline(["spec"])],
        ThanosRuler: [inline(["spec"])],
    },
    // Elastic Cloud on Kubernetes
    "elasticsearch.k8s.elastic.co": { Elasticsearch: [overlay("spec", "nodeSets", "*", "podTemplate")] },
    "kibana.k8s.elastic.co": { Kibana: [overlay("spec", "podTemplate")] },
    "apm.k8s.elastic.co": { ApmServer: [overlay("spec", "podTemplate")] },
    "beat.k8s.elastic.co": {
        Beat: [overlay("spec", "daemonSet", "podTemplate"), overlay("spec", "deployment", "podTemplate")],
    },
    "agent.k8s.elastic.co": {
        Agent: ["daemonSet", "deployment", "statefulSet"].map((field) => overlay("spec", field, "podTemplate")),
    },
    "logstash.k8s.elastic.co": { Logstash: [overlay("spec", "podTemplate")] },
    "enterprisesearch.k8s.elastic.co": { EnterpriseSearch: [overlay("spec", "podTemplate")] },
    "maps.k8s.elastic.co": { ElasticMapsServer: [overlay("spec", "podTemplate")] },
    // CloudNativePG: the pods of a Cluster are the operator's own, those of a pooler may be laid over.
    "postgresql.cnpg.io": { Pooler: [overlay("spec", "template")] },
    // GitHub's and the community's runners
    "actions.github.com": {
        AutoscalingRunnerSet: TEMPLATE,
        EphemeralRunnerSet: template("spec", "ephemeralRunnerSpec"),
        EphemeralRunner: [{ at: [] }],
    },
    "actions.summerwind.dev": {
        RunnerDeployment: [inline(["spec", "template", "spec"])],
        RunnerSet: TEMPLATE,
        Runner: [inline(["spec"])],
    },
    // Agones
    "agones.dev": {
        GameServer: TEMPLATE,
        GameServerSet: template("spec", "template", "spec", "template"),
        Fleet: template("spec", "template", "spec", "template"),
    },
    // Grafana's and OpenTelemetry's operators
    "grafana.integreatly.org": { Grafana: [overlay("spec", "deployment", "spec", "template")] },
    "opentelemetry.io": { OpenTelemetryCollector: [inline(["spec"])] },
};

/** A pod's spec without `spec` around it, completed by a controller. */
function inline(at: readonly string[], containers?: PodPlace["containers"]): PodPlace {
    return { at, spec: [], partial: true, ...(containers && { containers }) };
}

/** The templates of a workflow are pods, each with a container of its own kind, and the workflow says what they share. */
function argoWorkflow(...steps: readonly string[]): readonly PodPlace[] {
    const containers = { initContainers: "init", container: "main", script: "main", sidecars: "sidecar" } as const;
    return [
        { at: steps, spec: [], containers: {}, partial: true },
        inline([...steps, "templates", "*"], containers),
        inline([...steps, "templates", "*", "containerSet"]),
        inline([...steps, "templateDefaults"], containers),
    ];
}

function tektonTask(...steps: readonly string[]): PodPlace {
    return inline(steps, { stepTemplate: "main", steps: "main", sidecars: "sidecar" });
}

function tektonPipeline(...steps: readonly string[]): readonly PodPlace[] {
    return ["tasks", "finally"].map((field) => tektonTask(...steps, field, "*", "taskSpec"));
}

function rayCluster(...steps: readonly string[]): readonly PodPlace[] {
    return [
        ...template(...steps, "headGroupSpec", "template"),
        ...template(...steps, "workerGroupSpecs", "*", "template"),
    ];
}

function sparkApplication(...steps: readonly string[]): readonly PodPlace[] {
    return ["driver", "executor"].flatMap((field) => [
        inline([...steps, field], { initContainers: "init", sidecars: "sidecar" }),
        overlay(...steps, field, "template"),
    ]);
}

function kubeflowRuntime(): readonly PodPlace[] {
    return template("spec", "template", "spec", "replicatedJobs", "*", "template", "spec", "template");
}

function strimzi(...steps: readonly string[]): readonly PodPlace[] {
    const templates = ["spec", ...steps, "template"];
    return [
        { at: [...templates, "pod"], spec: [], partial: true },
        inline(templates, {
            ...{
                kafkaContainer: "main",
                zookeeperContainer: "main",
                connectContainer: "main",
                bridgeContainer: "main",
            },
            ...{ topicOperatorContainer: "main", userOperatorContainer: "main", cruiseControlContainer: "main" },
            ...{ initContainer: "init", container: "main", tlsSidecarContainer: "sidecar" },
        }),
    ];
}

/** Every kind that is known to carry pods. */
export const POD_CARRIERS: readonly PodCarrier[] = [
    ...BUILT_IN_CARRIERS,
    ...Object.entries(CUSTOM).flatMap(([group, kinds]) =>
        Object.entries(kinds).map(([kind, places]) => ({ group, kind, places })),
    ),
];

const BY_KIND: ReadonlyMap<string, PodCarrier> = new Map(
    POD_CARRIERS.map((carrier) => [`${carrier.group}/${carrier.kind}`, carrier]),
);

/** What is known of a kind that carries pods; undefined for a kind that is not in the table. */
export function podCarrier(group: string, kind: string): PodCarrier | undefined {
    return BY_KIND.get(`${group}/${kind}`);
}

/** Kinds of the API itself of which a controller makes pods, or what makes them in turn. */
export const MAKERS: ReadonlySet<string> = new Set(
    BUILT_IN_CARRIERS.flatMap(({ kind, makes = [] }) => (makes.length > 0 ? [kind] : [])),
);

const WORKLOADS = BUILT_IN_CARRIERS.filter(({ kind }) => kind === "Pod" || MAKERS.has(kind));

/** Groups of the API's own kinds that are pods or become some; a PodTemplate is none of them. */
export const WORKLOAD_GROUPS: readonly string[] = [...new Set(WORKLOADS.map(({ group }) => group))];

/** What RBAC calls these kinds. */
export const WORKLOAD_RESOURCES: readonly string[] = [
    ...new Set(WORKLOADS.map(({ kind }) => `${kind.toLowerCase()}s`)),
];

/** What RBAC calls those of them that are `wanted`, by group; without the group that the API no longer serves. */
export function workloadResources(wanted: (kind: string) => boolean): Readonly<Record<string, readonly string[]>> {
    const served = WORKLOADS.filter(({ group, kind }) => group !== "extensions" && wanted(kind));
    return Object.fromEntries(
        [...Map.groupBy(served, ({ group }) => group)].map(([group, kinds]) => [
            group,
            kinds.map(({ kind }) => `${kind.toLowerCase()}s`),
        ]),
    );
}

/** What controls call those of them of which a controller makes pods: `batch/Job`. */
export const MAKER_KINDS: readonly string[] = WORKLOADS.filter(({ kind }) => MAKERS.has(kind)).map(({ group, kind }) =>
    group === "" ? kind : `${group}/${kind}`,
);

/** Groups whose objects describe what pods must or must not look like: a template in them is a pattern and no pod. */
const PATTERN_GROUPS =
    /^(?:kyverno\.io|policies\.kyverno\.io|(?:constraints|templates|mutations|expansion)\.gatekeeper\.sh|admissionregistration\.k8s\.io|policy\.open-cluster-management\.io|apiextensions\.k8s\.io)$/;

/** Says whether what looks like a pod in objects of a group is only a pattern for pods. */
export function holdsPatterns(group: string): boolean {
    return PATTERN_GROUPS.test(group);
}

/**
 * Kinds that are nothing but other objects, each of which is judged by itself, and where to apply them. From the API reference
 * of OpenShift, Open Cluster Management, Hive, Karmada and Crossplane's provider for Kubernetes.
 */
export const HOLDER_KINDS: readonly string[] = [
    "template.openshift.io/Template",
    "work.open-cluster-management.io/ManifestWork",
    "work.open-cluster-management.io/ManifestWorkReplicaSet",
    "hive.openshift.io/SyncSet",
    "hive.openshift.io/SelectorSyncSet",
    "work.karmada.io/Work",
    "kubernetes.crossplane.io/Object",
    "kubernetes.m.crossplane.io/Object",
];
