import { spireEntriesScoped } from "../../../../policies/controls/identity/spire-entries-scoped";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";

const entry = (kind: string, spec: Manifest): Manifest => ({
    apiVersion: "spire.spiffe.io/v1alpha1",
    kind,
    metadata: { name: "web" },
    spec,
});

const SCOPED = {
    spiffeIDTemplate: "spiffe://{{ .TrustDomain }}/web",
    podSelector: { matchLabels: { app: "web" } },
};

describeControl(spireEntriesScoped, {
    refused: {
        "an administrator's entry": {
            object: entry("ClusterSPIFFEID", { ...SCOPED, admin: true }),
            message: "spec.admin is true, so its holder can create identities. Remove it.",
        },
        "an entry for every pod": {
            object: entry("ClusterSPIFFEID", {
                spiffeIDTemplate: "spiffe://x/y",
                podSelector: {},
                namespaceSelector: {},
            }),
            message:
                "spec.podSelector and namespaceSelector select nothing in particular, so every pod of the cluster gets the identity. Set one of them.",
        },
        "a template that is no SPIFFE ID": {
            object: entry("ClusterSPIFFEID", { ...SCOPED, spiffeIDTemplate: "{{ .PodMeta.Name }}" }),
            message: "spec.spiffeIDTemplate does not start with spiffe://. Write a whole SPIFFE ID.",
        },
        "a static entry of a downstream server, without selectors": {
            object: entry("ClusterStaticEntry", { downstream: true, selectors: [] }),
            message: [
                "spec.downstream is true, so its holder can create identities. Remove it.",
                "spec.selectors is empty. Name what the workload must match.",
            ],
        },
    },
    allowed: {
        "pods by label": { object: entry("ClusterSPIFFEID", SCOPED) },
        "namespaces by name": {
            object: entry("ClusterSPIFFEID", {
                spiffeIDTemplate: "spiffe://x/y",
                namespaceSelector: {
                    matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["shop"] }],
                },
            }),
        },
        "a static entry with selectors": { object: entry("ClusterStaticEntry", { selectors: ["unix:uid:1000"] }) },
    },
});
