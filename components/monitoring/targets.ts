import { CANARY } from "../canary/canary";
import type { Config } from "../config";
import { serviceSelector } from "../deployment";
import { AGENT, NAMESPACE as SPIRE, SERVER } from "../spire/layout";
import type { ScrapeTarget } from "./monitors";

/** Everything the program deploys that serves metrics, and may be reached by Prometheus. */
export function scrapeTargets({
    canary,
    platform,
    falco,
    externalSecrets,
}: Pick<Config, "canary" | "platform" | "falco" | "externalSecrets">): readonly ScrapeTarget[] {
    return [
        {
            name: platform.app,
            namespace: platform.namespace,
            labels: { app: platform.app },
            port: "http",
            path: platform.metricsPath,
        },
        {
            name: "external-secrets",
            namespace: externalSecrets.namespace,
            labels: { "app.kubernetes.io/part-of": "x0tta6bl4" },
            port: "metrics",
            // The namespace and name of a secret, not those of the controller.
            honorLabels: true,
        },
        { name: "spire-server", namespace: SPIRE, labels: serviceSelector(SERVER), port: "metrics" },
        {
            name: "spire-controller-manager",
            namespace: SPIRE,
            labels: serviceSelector(SERVER),
            port: "manager-metrics",
        },
        { name: "spire-agent", namespace: SPIRE, labels: serviceSelector(AGENT), port: "metrics" },
        { name: "falco", namespace: falco.namespace, labels: serviceSelector("falco"), port: "web" },
        ...(canary.enabled
            ? [canary.namespace, platform.namespace].map((namespace) => ({
                  name: CANARY,
                  namespace,
                  labels: serviceSelector(CANARY),
                  port: "http",
              }))
            : []),
        ...(falco.sidekick === undefined
            ? []
            : [
                  {
                      name: "falcosidekick",
                      namespace: falco.sidekick.namespace,
                      labels: serviceSelector("falcosidekick"),
                      port: "metrics",
                  },
              ]),
        ...(falco.kubernetesAudit === undefined
            ? []
            : [
                  {
                      name: "falco-kubernetes-audit",
                      namespace: falco.namespace,
                      labels: serviceSelector("falco-kubernetes-audit"),
                      port: "web",
                  },
              ]),
    ];
}
