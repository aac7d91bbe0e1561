import { area } from "../area";
import type { ClusterSettings } from "../cluster/settings";
import { OWNER, serviceSelector } from "../deployment";
import type { FalcoSettings } from "../falco/settings";
import type { MonitoringSettings } from "../monitoring/settings";
import type { SpireSettings } from "../spire/model";
import { responderFlows } from "./flows";
import { Responder, responderFaults } from "./responder";
import { RESPONDER } from "./rights";
import type { ResponderSettings } from "./settings";
import { responderSettings } from "./settings";

export interface ResponderConfig {
    readonly cluster: ClusterSettings;
    readonly falco: FalcoSettings;
    readonly monitoring: MonitoringSettings;
    readonly responder: ResponderSettings;
    readonly spire: SpireSettings;
}

export const responderArea = area({
    key: "responder",
    description:
        "What contains incidents, reversibly and within guard rails; its image is images.overrides.responder, with its digest",
    settings: responderSettings,
    faults: ({ responder: settings, falco, spire }: ResponderConfig, _path, { images, project }) =>
        settings.enabled
            ? responderFaults({ settings, spire, images, falcosidekick: falco.sidekick?.namespace }, project)
            : [],
    namespaces: ({ responder }: ResponderConfig) =>
        responder.enabled
            ? [
                  {
                      setting: "namespace",
                      namespace: responder.namespace,
                      owner: OWNER,
                      quota: { cpu: "2", memory: "2Gi", pods: "10" },
                      critical: true,
                  },
              ]
            : [],
    foreign: ({ responder: { enabled, alertmanager, canary, traces } }: ResponderConfig) =>
        enabled
            ? [
                  ...(alertmanager === undefined
                      ? []
                      : [{ namespace: alertmanager.namespace, setting: "alertmanager.namespace" }]),
                  ...(canary === undefined ? [] : [{ namespace: canary.namespace, setting: "canary.namespace" }]),
                  ...(traces === undefined ? [] : [{ namespace: traces.namespace, setting: "traces.namespace" }]),
              ]
            : [],
    images: ({ responder }: ResponderConfig) => (responder.enabled ? { [responder.namespace]: ["responder"] } : {}),
    targets: ({ responder: { enabled, namespace } }: ResponderConfig) =>
        enabled ? [{ name: RESPONDER, namespace, labels: serviceSelector(RESPONDER), port: "http" }] : [],
    flows: ({ responder: settings, cluster, monitoring, falco }: ResponderConfig) =>
        settings.enabled
            ? responderFlows({ settings, cluster, monitoring, falcosidekick: falco.sidekick?.namespace })
            : [],
    after: ["spire", "externalSecrets"],
    once: true,
    deploy: ({ responder: settings, cluster, monitoring, falco, spire }: ResponderConfig, stage) => {
        const { images } = stage.foundation;
        const args = { cluster, monitoring, images, settings, spire, falcosidekick: falco.sidekick?.namespace };
        return { resources: settings.enabled ? [new Responder(RESPONDER, args, stage.options())] : [] };
    },
});
