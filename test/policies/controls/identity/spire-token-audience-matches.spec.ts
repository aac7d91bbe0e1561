import { spireTokenAudienceMatches } from "../../../../policies/controls/identity/spire-token-audience-matches";
import { describeControl } from "../../../support/control-suite";
import { pluginFile, serverFile } from "../../../support/spire-files";
import { IMAGE } from "../../../support/cases";
import type { Manifest } from "../../../support/controls";

const TOKEN = "spec.template.spec.volumes[0].projected.sources[0].serviceAccountToken";

const agents = (token: Manifest, serviceAccountName = "spire-agent"): Manifest => ({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "spire-agent", namespace: "spire" },
    spec: {
        template: {
            spec: {
                serviceAccountName,
                containers: [{ name: "spire-agent", image: IMAGE }],
                volumes: [
                    { name: "token", projected: { sources: [{ serviceAccountToken: token }] } },
                    { name: "api", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } },
                ],
            },
        },
    },
});

describeControl(spireTokenAudienceMatches, {
    refused: {
        "a token for the API server": {
            stack: [serverFile(), agents({ path: "spire-agent" })],
            message: `${TOKEN}.audience is not set, but the server accepts "spire-server" only. Use one of these.`,
        },
        "a token for another service": {
            stack: [serverFile(), agents({ path: "spire-agent", audience: "vault" })],
            message: `${TOKEN}.audience is "vault", but the server accepts "spire-server" only. Use one of these.`,
        },
    },
    allowed: {
        "the audience the server expects": {
            stack: [serverFile(), agents({ path: "spire-agent", audience: "spire-server" })],
        },
        "an audience of the server's own": {
            stack: [
                serverFile(
                    {},
                    {
                        NodeAttestor: pluginFile("k8s_psat", {
                            clusters: [
                                { blue: { service_account_allow_list: ["spire:spire-agent"], audience: ["a", "b"] } },
                            ],
                        }),
                    },
                ),
                agents({ path: "spire-agent", audience: "b" }),
            ],
        },
        "another account's token": { stack: [serverFile(), agents({ path: "x", audience: "vault" }, "other")] },
    },
    unknown: { document: 1, path: "spec.template.spec.volumes[0].projected.sources[0].serviceAccountToken.audience" },
});
