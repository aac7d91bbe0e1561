import { answering, DENIED, listing, tells } from "../../support/doctor";

describe("the doctor of a stack", () => {
    tells([
        [
            "no Prometheus Operator",
            answering("/apis/monitoring.coreos.com/v1", undefined),
            [
                "missing kinds-served: PrometheusRule of monitoring.coreos.com/v1 is not served",
                "unknown rights-held: PrometheusRule of monitoring.coreos.com/v1 is not served, so that nobody says who may make it",
            ],
        ],
        [
            "no monitoring",
            answering("/api/v1/namespaces/monitoring", undefined),
            ["missing namespaces-there: Namespace monitoring is not there"],
        ],
        [
            "somebody else's SPIRE",
            answering("/api/v1/namespaces/spire", {
                metadata: { name: "spire", managedFields: [{ manager: "helm" }] },
            }),
            ["missing nothing-in-the-way: Namespace spire is there, written by helm"],
        ],
        [
            "what the stack has made before",
            answering("/api/v1/namespaces/spire", {
                metadata: {
                    name: "spire",
                    annotations: { "x0tta6bl4.io/stack": "acme/live" },
                    managedFields: [{ manager: "pulumi-kubernetes-1234" }, { manager: "kubelet" }],
                },
            }),
            [],
        ],
        [
            "what another stack has made",
            answering("/api/v1/namespaces/spire", {
                metadata: {
                    name: "spire",
                    annotations: { "x0tta6bl4.io/stack": "acme/other" },
                    managedFields: [{ manager: "pulumi-kubernetes-1234" }],
                },
            }),
            ["missing nothing-in-the-way: Namespace spire is there, and belongs to the stack acme/other"],
        ],
        [
            "what may be another stack's",
            answering("/api/v1/namespaces/spire", {
                metadata: { name: "spire", managedFields: [{ manager: "pulumi-kubernetes-1234" }] },
            }),
            ["missing nothing-in-the-way: Namespace spire is there, and says of no stack that it is its own"],
        ],
        [
            "somebody who may not",
            (fake) => {
                fake.refused = ["create /namespaces", "delete apps/statefulsets"];
            },
            [
                "missing rights-held: namespaces may not be asked to create",
                "missing rights-held: statefulsets.apps may not be asked to delete",
            ],
        ],
        [
            "somebody who may not make what the stack itself defines",
            (fake) => {
                fake.refused = ["patch spire.example/entries"];
            },
            ["missing rights-held: entries.spire.example may not be asked to patch"],
        ],
        [
            "no default StorageClass",
            listing("storageclasses", []),
            ["missing volumes-provided: default StorageClass is not there"],
        ],
        [
            "a StorageClass that is the default one by the former annotation",
            listing("storageclasses", [
                {
                    metadata: {
                        name: "old",
                        annotations: { "storageclass.beta.kubernetes.io/is-default-class": "true" },
                    },
                },
            ]),
            [],
        ],
        [
            "StorageClasses that may not be seen",
            listing("storageclasses", DENIED),
            ["unknown volumes-provided: cluster doesn't answer: you may not"],
        ],
    ]);
});
