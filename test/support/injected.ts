import type { WorkloadArgs } from "../../components/workload";
import { podSpec } from "../../components/workload";

/** How Istio's injector is configured: its image, and whether its CNI plugin sets up the network in place of the pod. */
export interface Injection {
    readonly image: string;
    readonly cni: boolean;
}

const RESOURCES = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "2", memory: "1Gi" } };

const PROXY_SECURITY = {
    allowPrivilegeEscalation: false,
    privileged: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
    runAsGroup: 1337,
    runAsUser: 1337,
    runAsNonRoot: true,
};

/** What sets up the network inside of the pod. */
const INIT_SECURITY = {
    ...PROXY_SECURITY,
    capabilities: { add: ["NET_ADMIN", "NET_RAW"], drop: ["ALL"] },
    readOnlyRootFilesystem: false,
    runAsGroup: 0,
    runAsUser: 0,
    runAsNonRoot: false,
};

const PROBE = { httpGet: { path: "/healthz/ready", port: 15021 } };
const fromField = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });

/** A workload's pod as Istio's templates `sidecar` and `spire` leave it, with a native sidecar (chart istiod of 1.29). */
export function injectedPod(workload: WorkloadArgs, { image, cni }: Injection): Readonly<Record<string, unknown>> {
    const spec = podSpec(workload) as { readonly volumes: readonly object[] };
    const common = { image, resources: RESOURCES };
    return {
        ...spec,
        initContainers: [
            {
                ...common,
                name: cni ? "istio-validation" : "istio-init",
                args: ["istio-iptables", ...(cni ? ["--run-validation", "--skip-rule-apply"] : [])],
                securityContext: cni ? PROXY_SECURITY : INIT_SECURITY,
            },
            {
                ...common,
                name: "istio-proxy",
                restartPolicy: "Always",
                args: ["proxy", "sidecar"],
                ports: [{ name: "http-envoy-prom", containerPort: 15090, protocol: "TCP" }],
                env: [
                    { name: "CA_ADDR", value: "istiod.istio-system.svc:15012" },
                    fromField("POD_NAME", "metadata.name"),
                    fromField("HOST_IP", "status.hostIP"),
                ],
                startupProbe: PROBE,
                readinessProbe: PROBE,
                securityContext: PROXY_SECURITY,
                volumeMounts: [
                    { name: "workload-socket", mountPath: "/run/secrets/workload-spiffe-uds", readOnly: true },
                    { name: "istio-token", mountPath: "/var/run/secrets/tokens" },
                    { name: "istiod-ca-cert", mountPath: "/var/run/secrets/istio" },
                    { name: "istio-envoy", mountPath: "/etc/istio/proxy" },
                    { name: "istio-data", mountPath: "/var/lib/istio/data" },
                    { name: "istio-podinfo", mountPath: "/etc/istio/pod" },
                ],
            },
        ],
        volumes: [
            ...spec.volumes,
            { name: "workload-socket", csi: { driver: "csi.spiffe.io", readOnly: true } },
            { name: "istio-envoy", emptyDir: { medium: "Memory" } },
            { name: "istio-data", emptyDir: {} },
            {
                name: "istio-token",
                projected: {
                    sources: [
                        {
                            serviceAccountToken: {
                                path: "istio-token",
                                expirationSeconds: 43200,
                                audience: "istio-ca",
                            },
                        },
                    ],
                },
            },
            { name: "istiod-ca-cert", configMap: { name: "istio-ca-root-cert" } },
            {
                name: "istio-podinfo",
                downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] },
            },
        ],
    };
}
