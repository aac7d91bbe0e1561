import { SIDEKICK } from "../falco/sidekick";
import { serviceSelector } from "../deployment";
import type { Flow, Peer } from "../network/flows";
import { apiServerFlow, dnsFlow, metricsFlow } from "../network/standard";
import type { Surroundings } from "../shared";
import { NAMESPACE as SPIRE, PORTS as SPIRE_PORTS, SERVER } from "../spire/layout";
import { selectorOf } from "../spire/pods";
import { RESPONDER } from "./rights";
import { PORTS } from "./service";
import type { ResponderSettings } from "./settings";

export interface FlowArgs extends Omit<Surroundings, "images"> {
    readonly settings: ResponderSettings;
    /** Namespace of falcosidekick, where there is one. */
    readonly falcosidekick: string | undefined;
}

const pods = (namespace: string): Extract<Peer, { kind: "pods" }> => ({
    kind: "pods",
    namespace,
    labels: serviceSelector(RESPONDER),
});

/** Who tells it of events. */
function senders({ settings, falcosidekick }: FlowArgs): readonly { readonly name: string; readonly from: Peer }[] {
    const { alertmanager, canary } = settings;
    return [
        ...(falcosidekick === undefined
            ? []
            : [
                  {
                      name: "responder-falcosidekick",
                      from: { kind: "pods", namespace: falcosidekick, labels: serviceSelector(SIDEKICK) } as const,
                  },
              ]),
        ...(alertmanager === undefined
            ? []
            : [
                  {
                      name: "responder-alertmanager",
                      from: {
                          kind: "foreign",
                          namespace: alertmanager.namespace,
                          labels: { "app.kubernetes.io/name": "alertmanager" },
                      } as const,
                  },
              ]),
        ...(canary === undefined
            ? []
            : [{ name: "responder-canary", from: { kind: "foreign", namespace: canary.namespace } as const }]),
    ];
}

/** What it calls where the settings say so. */
function optionalTargets(settings: ResponderSettings): readonly Omit<Flow, "from">[] {
    const { spireAdministrator, evidenceStore, traces } = settings;
    return [
        ...(spireAdministrator
            ? [
                  {
                      name: "responder-spire",
                      reason: "Revokes registrations, bans agents and rotates the authority.",
                      to: { kind: "pods", namespace: SPIRE, labels: selectorOf(SERVER) } as const,
                      ports: [{ port: SPIRE_PORTS.server }],
                  },
              ]
            : []),
        ...(evidenceStore === undefined
            ? []
            : [
                  {
                      name: "responder-evidence",
                      reason: "Keeps evidence outside the cluster.",
                      to: { kind: "addresses", cidrs: evidenceStore.cidrs } as const,
                      ports: [{ port: Number(new URL(evidenceStore.url).port || 443) }],
                  },
              ]),
        ...(traces === undefined
            ? []
            : [
                  {
                      name: "responder-traces",
                      reason: "Sends the spans of incidents.",
                      to: { kind: "foreign", namespace: traces.namespace, labels: traces.labels } as const,
                      ports: [{ port: traces.port }],
                  },
              ]),
    ];
}

/** Events in, the API server out, and what the settings add; beside that, name resolution and metrics. */
export function responderFlows(args: FlowArgs): readonly Flow[] {
    const { settings, cluster, monitoring } = args;
    const responder = pods(settings.namespace);
    return [
        ...senders(args).map((sender) => ({
            ...sender,
            reason: "Tells the responder what has happened.",
            to: responder,
            ports: [{ port: PORTS.webhook }],
        })),
        ...optionalTargets(settings).map((target) => ({ ...target, from: responder })),
        apiServerFlow(responder, cluster, "Looks pods up, keeps incidents and carries actions out.", "responder-api"),
        dnsFlow(responder, cluster, "responder-dns"),
        metricsFlow(responder, monitoring, PORTS.http, "responder-metrics"),
    ];
}
