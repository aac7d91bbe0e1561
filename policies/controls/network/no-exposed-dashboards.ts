import { stackControl } from "../../engine/control";
import { checklist, mitre, nist, nsa, soc2 } from "../../engine/frameworks";
import { ingressServices, isIngress } from "../../kubernetes/ingress";
import { describe, str } from "../../kubernetes/kube";
import { exposuresOf, podsBehind, servicesOf } from "../../kubernetes/services";
import { namespaceOf } from "../../kubernetes/stack";

export const noExposedDashboards = stackControl({
    name: "no-exposed-dashboards",
    description: "No administration interface is reachable from outside the cluster.",
    why: "Dashboards, workflow engines and databases of this list have been taken over in bulk wherever they were published.",
    severity: "high",
    covers: ["net.sensitive-interface"],
    frameworks: [
        ...nsa("Network separation and hardening"),
        ...mitre("T1133", "T1190"),
        ...nist("SC-7", "AC-17"),
        ...soc2("CC6.6"),
        ...checklist("NET-3"),
    ],
    remediation: "Keep the Service inside the cluster and reach it through an authenticating proxy.",
    profiles: ["nsa", "x0tta6bl4"],
    params: {
        names: {
            type: "array",
            description:
                "Names of Services and workloads that administer something; a longer name with one of them as a part counts.",
            items: { type: "string" },
            default: [
                "kubernetes-dashboard",
                "argo-server",
                "argocd-server",
                "workflow-controller",
                "weave-scope",
                "kubeflow",
                "jenkins",
                "nifi",
                "minio",
                "postgres",
                "phpmyadmin",
                "pgadmin",
                "prometheus",
                "alertmanager",
                "kibana",
                "elasticsearch",
                "rabbitmq",
                "airflow",
                "portainer",
                "rancher",
                "consul",
                "etcd",
                "redis",
                "mongo",
                "mysql",
                "adminer",
                "cassandra",
                "couchdb",
                "hubble-ui",
                "jupyter",
                "kafka-ui",
                "longhorn-frontend",
                "mlflow",
                "mongo-express",
                "ollama",
                "ray-head",
                "spark-master",
                "vllm",
            ],
        },
    },
    *check(stack, { each, params }) {
        yield* each(
            servicesOf(stack),
            (service) => service,
            function* (service) {
                const pods = podsBehind(stack, service);
                const labels = pods.flatMap((pod) => [
                    str(pod.labels["app"]),
                    str(pod.labels["app.kubernetes.io/name"]),
                ]);
                const names = [service.name, ...pods.map((pod) => pod.object.name), ...labels];
                const hit = hitOf(params.names, names);
                for (const { by } of hit === undefined ? [] : exposuresOf(stack, service)) {
                    const path = `${by.prefix}spec${by === service ? ".type" : ""}`;
                    yield {
                        object: by,
                        path,
                        message: `${path} publishes "${hit}" through ${describe(service)}. Keep it inside the cluster, behind an authenticating proxy.`,
                    };
                }
            },
        );
        // A Service of another stack has no more than its name here.
        yield* each(
            stack.objects.filter(isIngress),
            (ingress) => ingress,
            function* (ingress) {
                for (const name of ingressServices(ingress)) {
                    const hit =
                        stack.find("Service", namespaceOf(ingress), name) === undefined
                            ? hitOf(params.names, [name])
                            : undefined;
                    if (hit !== undefined) {
                        const path = `${ingress.prefix}spec`;
                        yield {
                            object: ingress,
                            path,
                            message: `${path} publishes "${hit}" through Service ${namespaceOf(ingress)}/${name}. Keep it inside the cluster, behind an authenticating proxy.`,
                        };
                    }
                }
            },
        );
    },
    admission: { none: "What is published stands in several objects." },
});

/** The first of the wanted names that is a part of one of some names. */
function hitOf(wanted: readonly string[], names: readonly string[]): string | undefined {
    return wanted.find((one) => names.some((name) => isPart(one, name)));
}

/** Says whether a name has `wanted` as one of its parts between dashes. */
function isPart(wanted: string, name: string): boolean {
    return `-${name}-`.includes(`-${wanted}-`);
}
