import type { ClusterSettings } from "../cluster/settings";
import type { ServiceSpec } from "../deployment";
import { NAMESPACE as SPIRE, PORTS as SPIRE_PORTS, SERVER } from "../spire/layout";
import type { PodIdentity } from "../workload";
import { denyingEngine } from "./quarantine";
import { DENY_LIST, RESPONDER } from "./rights";
import type { ResponderSettings } from "./settings";

/** Ports of the responder; see responder/README.md. */
export const PORTS = { webhook: 8443, http: 8080 } as const;

/** Secret with the senders' authority and what is shown to them: `ca.crt`, `tls.crt`, `tls.key`. */
const SENDERS_SECRET = "responder-tls";

/** ConfigMap with the policy file. */
export const POLICY_MAP = "responder-policy";

const PATHS = {
    policy: "/etc/responder",
    senders: "/etc/responder-senders",
    evidence: "/evidence",
    store: "/etc/responder-evidence",
} as const;

/** The responder as a service: restricted, two replicas of which one leads. */
export function responderService(
    identity: PodIdentity,
    args: {
        readonly settings: ResponderSettings;
        readonly cluster: ClusterSettings;
        /** Namespace of falcosidekick, where there is one. */
        readonly falcosidekick: string | undefined;
        readonly image: string;
        readonly version: string;
    },
): ServiceSpec {
    const { settings, cluster, falcosidekick, image, version } = args;
    const store = settings.evidenceStore;
    const trustDomain = new URL(settings.falcosidekick).hostname;
    const setting = (name: string, value: string | undefined) => (value === undefined ? [] : [{ name, value }]);
    const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
    return {
        app: RESPONDER,
        version,
        image,
        args: [],
        apiToken: true,
        identity,
        env: [
            field("RESPONDER_NAMESPACE", "metadata.namespace"),
            field("RESPONDER_POD", "metadata.name"),
            { name: "RESPONDER_POLICY", value: `${PATHS.policy}/policy.yaml` },
            { name: "RESPONDER_PROTECTED_NAMESPACES", value: SPIRE },
            { name: "RESPONDER_DENY_LIST", value: DENY_LIST },
            ...setting("RESPONDER_DENY_LIST_NAMESPACES", settings.denyLists.join(",") || undefined),
            ...setting("RESPONDER_DENYING_ENGINE", denyingEngine(cluster, settings)),
            { name: "RESPONDER_SENDER_AUTHORITY", value: `${trustDomain}=${PATHS.senders}` },
            ...setting("RESPONDER_FALCO_SENDERS", falcosidekick && settings.falcosidekick),
            ...setting("RESPONDER_ALERTMANAGER_SENDERS", settings.alertmanager?.spiffeId),
            ...setting("RESPONDER_CANARY_SENDERS", settings.canary?.spiffeId),
            ...setting(
                "RESPONDER_SPIRE_SERVER",
                settings.spireAdministrator ? `${SERVER}.${SPIRE}.svc:${SPIRE_PORTS.server}` : undefined,
            ),
            ...setting("RESPONDER_OTLP", settings.traces?.url),
            { name: "RESPONDER_EVIDENCE", value: PATHS.evidence },
            ...(store === undefined
                ? []
                : [
                      ...setting("RESPONDER_EVIDENCE_STORE", store.url),
                      ...setting("RESPONDER_EVIDENCE_REGION", store.region),
                      ...setting("RESPONDER_EVIDENCE_CREDENTIALS", PATHS.store),
                  ]),
        ],
        ports: PORTS,
        readiness: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 10 },
        liveness: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 20, failureThreshold: 3 },
        volumes: [
            { name: "policy", configMap: { name: POLICY_MAP, defaultMode: 0o440 } },
            { name: "senders", secret: { secretName: SENDERS_SECRET, defaultMode: 0o440 } },
            { name: "evidence", emptyDir: { sizeLimit: "128Mi" } },
            ...(store === undefined
                ? []
                : [{ name: "evidence-store", secret: { secretName: store.secret, defaultMode: 0o440 } }]),
        ],
        volumeMounts: [
            { name: "policy", mountPath: PATHS.policy, readOnly: true },
            { name: "senders", mountPath: PATHS.senders, readOnly: true },
            { name: "evidence", mountPath: PATHS.evidence },
            ...(store === undefined ? [] : [{ name: "evidence-store", mountPath: PATHS.store, readOnly: true }]),
        ],
        resources: { cpu: settings.cpu, memory: settings.memory },
    };
}
