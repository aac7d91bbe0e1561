import { spireServerIsolated } from "../../../../policies/controls/identity/spire-server-isolated";
import { describeControl } from "../../../support/control-suite";
import { networkPolicy, pod } from "../../../support/objects";

const IN_SPIRE = { namespace: "spire" };
const SERVER = pod(
    { app: "server" },
    { containers: [{ name: "spire-server", image: "ghcr.io/spiffe/spire-server:1.15.2" }] },
    { name: "spire-server", namespace: "spire" },
);

describeControl(spireServerIsolated, {
    refused: {
        "a server that no policy selects": {
            stack: [SERVER, networkPolicy({ podSelector: { matchLabels: { app: "other" } } }, IN_SPIRE)],
            message:
                "no network policy selects the SPIRE server by metadata.labels for Ingress, so every pod reaches it. Add one for its agents.",
        },
        "a policy for egress only": {
            stack: [SERVER, networkPolicy({ podSelector: {}, policyTypes: ["Egress"] }, IN_SPIRE)],
            message:
                "no network policy selects the SPIRE server by metadata.labels for Ingress, so every pod reaches it. Add one for its agents.",
        },
        "a rule for everybody": {
            stack: [SERVER, networkPolicy({ podSelector: {}, ingress: [{ ports: [{ port: 8081 }] }] }, IN_SPIRE)],
            message: "spec.ingress[0] opens the SPIRE server to everybody. Name who may reach it.",
        },
        "every address, in a policy of another sort": {
            stack: [
                SERVER,
                {
                    apiVersion: "projectcalico.org/v3",
                    kind: "GlobalNetworkPolicy",
                    metadata: { name: "open" },
                    spec: { ingress: [{ action: "Allow", source: { nets: ["0.0.0.0/0"] } }] },
                },
            ],
            message: "spec.ingress[0] opens the SPIRE server to everybody. Name who may reach it.",
        },
    },
    allowed: {
        "a rule for the agents": {
            stack: [
                SERVER,
                networkPolicy(
                    { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { a: "b" } } }] }] },
                    IN_SPIRE,
                ),
            ],
        },
        "a default deny": { stack: [SERVER, networkPolicy({ podSelector: {}, policyTypes: ["Ingress"] }, IN_SPIRE)] },
        "a pod that is no server": { stack: [pod()] },
    },
    unknown: { document: 1, path: "spec.podSelector" },
});
