import { spireAttestationRestricted } from "../../../../policies/controls/identity/spire-attestation-restricted";
import { describeControl } from "../../../support/control-suite";
import { pluginFile, serverFile } from "../../../support/spire-files";
import type { Manifest } from "../../../support/controls";

const psat = (data: Manifest): Manifest => serverFile({}, { NodeAttestor: pluginFile("k8s_psat", data) });

describeControl(spireAttestationRestricted, {
    refused: {
        "an empty allow list": {
            object: psat({ clusters: [{ blue: { service_account_allow_list: [] } }] }),
            message:
                'data["server.conf"]: plugins.NodeAttestor.k8s_psat.clusters.blue.service_account_allow_list is empty. Name the agents\' service account.',
        },
        "an account without its namespace": {
            object: psat({ clusters: { blue: { service_account_allow_list: ["spire:*", "spire-agent"] } } }),
            message: [
                'data["server.conf"]: plugins.NodeAttestor.k8s_psat.clusters.blue.service_account_allow_list holds "spire:*". Name a namespace and a service account, such as spire:spire-agent.',
                'data["server.conf"]: plugins.NodeAttestor.k8s_psat.clusters.blue.service_account_allow_list holds "spire-agent". Name a namespace and a service account, such as spire:spire-agent.',
            ],
        },
        "tokens of the API server": {
            object: psat({ clusters: [{ blue: { service_account_allow_list: ["spire:spire-agent"], audience: [] } }] }),
            message:
                'data["server.conf"]: plugins.NodeAttestor.k8s_psat.clusters.blue.audience is empty, which accepts tokens meant for the API server. Remove it or set spire-server.',
        },
        "no cluster": {
            object: psat({}),
            message:
                'data["server.conf"]: plugins.NodeAttestor.k8s_psat.clusters names no cluster, so no agent can attest. Name this one.',
        },
    },
    allowed: {
        "a named account and the default audience": { object: serverFile() },
        "a named account and an audience": {
            object: psat({
                clusters: [{ blue: { service_account_allow_list: ["spire:spire-agent"], audience: ["spire"] } }],
            }),
        },
        "other attestors": { object: serverFile({}, { NodeAttestor: pluginFile("aws_iid", {}) }) },
    },
});
