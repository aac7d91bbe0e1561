import type { ServiceSpec } from "../deployment";

/** Name of the operator's webhook: its Deployment, its Service, and the Secret with its certificate. */
export const WEBHOOK = "external-secrets-webhook";
export const CERT_CONTROLLER = "external-secrets-cert-controller";
export const METRICS_PORT = 8080;
export const WEBHOOK_PORT = 10250;

/** Where the webhook finds its certificate. */
const CERTIFICATES = "/tmp/certs";

interface ImageArgs {
    readonly image: string;
    readonly version: string;
}

/** Name of the controller, its lease and its account, by the namespace it serves. */
export function controllerName(namespace: string): string {
    return `external-secrets-${namespace}`;
}

/** The controller of one namespace: it sees nothing outside it. */
export function controllerService(namespace: string, image: ImageArgs): ServiceSpec {
    const app = controllerName(namespace);
    return {
        ...image,
        app,
        args: [
            `--namespace=${namespace}`,
            "--enable-leader-election",
            `--leader-election-id=${app}`,
            "--enable-cluster-store-reconciler=false",
            "--enable-cluster-external-secret-reconciler=false",
            "--enable-push-secret-reconciler=false",
            "--enable-cluster-push-secret-reconciler=false",
            "--enable-generator-state=false",
            `--metrics-addr=:${METRICS_PORT}`,
            "--live-addr=:8082",
            "--zap-time-encoding=rfc3339",
        ],
        ports: { metrics: METRICS_PORT, health: 8082 },
        readiness: { httpGet: { path: "/readyz", port: "health" }, periodSeconds: 10 },
        liveness: { httpGet: { path: "/healthz", port: "health" }, periodSeconds: 15, failureThreshold: 4 },
        apiToken: true,
        resources: { cpu: "200m", memory: "256Mi" },
    };
}

/** The webhook that checks stores and secrets before they are admitted. */
export function webhookService(namespace: string, image: ImageArgs): ServiceSpec {
    return {
        ...image,
        app: WEBHOOK,
        args: [
            "webhook",
            `--port=${WEBHOOK_PORT}`,
            `--dns-name=${WEBHOOK}.${namespace}.svc`,
            `--cert-dir=${CERTIFICATES}`,
            "--check-interval=5m",
            "--tls-min-version=1.3",
            `--metrics-addr=:${METRICS_PORT}`,
            "--healthz-addr=:8081",
        ],
        ports: { webhook: WEBHOOK_PORT, metrics: METRICS_PORT, health: 8081 },
        readiness: { httpGet: { path: "/readyz", port: "health" }, initialDelaySeconds: 20, periodSeconds: 5 },
        liveness: { tcpSocket: { port: "webhook" }, initialDelaySeconds: 60, periodSeconds: 15, failureThreshold: 4 },
        apiToken: true,
        volumes: [{ name: "certificates", secret: { secretName: WEBHOOK, defaultMode: 0o440 } }],
        volumeMounts: [{ name: "certificates", mountPath: CERTIFICATES, readOnly: true }],
        resources: { cpu: "200m", memory: "128Mi" },
    };
}

/** Issues and renews the webhook's certificate, and hands its CA to the API server. */
export function certControllerService(namespace: string, image: ImageArgs): ServiceSpec {
    return {
        ...image,
        app: CERT_CONTROLLER,
        args: [
            "certcontroller",
            "--crd-requeue-interval=5m",
            `--service-name=${WEBHOOK}`,
            `--service-namespace=${namespace}`,
            `--secret-name=${WEBHOOK}`,
            `--secret-namespace=${namespace}`,
            "--crd-names=externalsecrets.external-secrets.io,secretstores.external-secrets.io",
            "--enable-partial-cache=true",
            "--enable-leader-election",
            `--metrics-addr=:${METRICS_PORT}`,
            "--healthz-addr=:8081",
        ],
        ports: { metrics: METRICS_PORT, health: 8081 },
        readiness: { httpGet: { path: "/readyz", port: "health" }, initialDelaySeconds: 20, periodSeconds: 5 },
        liveness: { httpGet: { path: "/healthz", port: "health" }, periodSeconds: 15, failureThreshold: 4 },
        apiToken: true,
        resources: { cpu: "200m", memory: "256Mi" },
    };
}
