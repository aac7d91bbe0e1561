import type { ServiceSpec } from "../deployment";
import { serviceSelector } from "../deployment";
import type { Flow, Peer } from "../network/flows";
import { dnsFlow, metricsFlow } from "../network/standard";
import type { Surroundings } from "../shared";
import type { SidekickSettings } from "./settings";

/** Name of the output service: Deployment, Service, account. */
export const SIDEKICK = "falcosidekick";

/** Alerts come in over mutual TLS here. */
export const ALERT_PORT = 2801;

/** Health and metrics, which hold no alert, are served without TLS here. */
export const OPEN_PORT = 2810;

/** Secret with `config.yaml`: the targets, some of which are addresses that must stay secret. */
const CONFIG_SECRET = "falcosidekick-config";

/** Secret with the server's certificate and the authority of its clients. */
const TLS_SECRET = "falcosidekick-tls";

/** Secret with the certificate it shows to the responder: `client.crt`, `client.key` and `ca.crt`, as falcosidekick names them. */
const RESPONDER_CLIENT_SECRET = "falcosidekick-responder";

const CONFIG = "/etc/falcosidekick";
const RESPONDER_CLIENT = "/etc/falcosidekick-responder";
const TLS = "/etc/falcosidekick-tls";

/** Not asked at the port for alerts: a connection without a TLS handshake is an error in the log each time. */
const HEALTH = { httpGet: { path: "/healthz", port: "metrics" } };

/** The Secrets of falcosidekick, all of which it reads at its start only. */
export function sidekickSecrets(hasResponder: boolean): readonly [string, ...string[]] {
    return [CONFIG_SECRET, TLS_SECRET, ...(hasResponder ? [RESPONDER_CLIENT_SECRET] : [])];
}

/** The service that takes Falco's alerts and sends them on. Its targets come from External Secrets, as a file. */
export function sidekickService(
    image: { readonly image: string; readonly version: string },
    responder?: string,
): ServiceSpec {
    return {
        ...image,
        app: SIDEKICK,
        args: ["--config-file", `${CONFIG}/config.yaml`],
        env: Object.entries({
            TLSSERVER_DEPLOY: "true",
            TLSSERVER_MUTUALTLS: "true",
            TLSSERVER_CERTFILE: `${TLS}/tls.crt`,
            TLSSERVER_KEYFILE: `${TLS}/tls.key`,
            TLSSERVER_CACERTFILE: `${TLS}/ca.crt`,
            TLSSERVER_NOTLSPORT: String(OPEN_PORT),
            TLSSERVER_NOTLSPATHS: "/metrics,/healthz",
            // What it counts is told apart by namespace, pod and rule, and so by the program: alerts name all four.
            PROMETHEUS_EXTRALABELS: "proc.exepath",
            ...(responder !== undefined && {
                WEBHOOK_ADDRESS: responder,
                WEBHOOK_MUTUALTLS: "true",
                WEBHOOK_CHECKCERT: "true",
                MUTUALTLSFILESPATH: RESPONDER_CLIENT,
            }),
        }).map(([name, value]) => ({ name, value })),
        ports: { alerts: ALERT_PORT, metrics: OPEN_PORT },
        readiness: { ...HEALTH, periodSeconds: 10 },
        liveness: { ...HEALTH, periodSeconds: 15, failureThreshold: 4 },
        volumes: [
            { name: "config", secret: { secretName: CONFIG_SECRET, defaultMode: 0o440 } },
            { name: "tls", secret: { secretName: TLS_SECRET, defaultMode: 0o440 } },
            ...(responder === undefined
                ? []
                : [{ name: "responder", secret: { secretName: RESPONDER_CLIENT_SECRET, defaultMode: 0o440 } }]),
        ],
        volumeMounts: [
            { name: "config", mountPath: CONFIG, readOnly: true },
            { name: "tls", mountPath: TLS, readOnly: true },
            ...(responder === undefined ? [] : [{ name: "responder", mountPath: RESPONDER_CLIENT, readOnly: true }]),
        ],
        resources: { cpu: "200m", memory: "128Mi" },
        readAtStart: sidekickSecrets(responder !== undefined),
    };
}

/** The flows of falcosidekick: alerts in, alerts out to the targets only. */
export function sidekickFlows(
    settings: SidekickSettings,
    falco: Extract<Peer, { kind: "pods" }>,
    { cluster, monitoring }: Omit<Surroundings, "images">,
): readonly Flow[] {
    const sidekick: Peer = { kind: "pods", namespace: settings.namespace, labels: serviceSelector(SIDEKICK) };
    return [
        {
            name: `${falco.labels["app.kubernetes.io/name"] ?? "falco"}-alerts`,
            reason: "Falco hands over its alerts.",
            from: falco,
            to: sidekick,
            ports: [{ port: ALERT_PORT }],
        },
        metricsFlow(sidekick, monitoring, OPEN_PORT, "falcosidekick-metrics"),
        dnsFlow(sidekick, cluster, "falcosidekick-dns"),
        {
            name: "falcosidekick-targets",
            reason: "Sends alerts on to where people see them.",
            from: sidekick,
            to: { kind: "addresses", cidrs: settings.egress.cidrs },
            ports: [{ port: settings.egress.port }],
        },
    ];
}
