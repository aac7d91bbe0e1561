import type * as k8s from "@pulumi/kubernetes";

type Schema = k8s.types.input.apiextensions.v1.JSONSchemaProps;
type Definition = k8s.types.input.apiextensions.v1.CustomResourceDefinitionSpec;

export const SPIRE_GROUP = "spire.spiffe.io";
export const SPIRE_API_VERSION = `${SPIRE_GROUP}/v1alpha1`;

const text = (description: string, more: Schema = {}): Schema => ({ type: "string", description, ...more });
const flag = (description: string): Schema => ({ type: "boolean", description });
const texts = (description: string): Schema => ({ type: "array", description, items: { type: "string" } });
const count = (description: string): Schema => ({ type: "integer", description });

const labelSelector = (description: string): Schema => ({
    type: "object",
    description,
    properties: {
        matchLabels: { type: "object", additionalProperties: { type: "string" } as Schema },
        matchExpressions: {
            type: "array",
            items: {
                type: "object",
                required: ["key", "operator"],
                properties: {
                    key: { type: "string" },
                    operator: { type: "string" },
                    values: { type: "array", items: { type: "string" } },
                },
            },
        },
    },
});

const className = text("Which controller manager the object is for, where there are several.");
const hint = text("Tells a workload with several identities what each is for.");
const federatesWith = texts("Trust domains whose bundles the workload gets too.");

const clusterSpiffeId: Schema = {
    type: "object",
    required: ["spiffeIDTemplate"],
    properties: {
        spiffeIDTemplate: text("Go template of the SPIFFE ID."),
        podSelector: labelSelector("Pods that get the identity; absent: all."),
        namespaceSelector: labelSelector("Namespaces whose pods get the identity; absent: all."),
        workloadSelectorTemplates: texts("Go templates of further selectors a process must match."),
        dnsNameTemplates: texts("Go templates of the certificate's DNS names."),
        autoPopulateDNSNames: flag("Adds the names of the Services that select the pod."),
        ttl: text("Longest life of an X.509-SVID, as a Go duration."),
        jwtTtl: text("Longest life of a JWT-SVID, as a Go duration."),
        federatesWith,
        admin: flag("Lets the holder call the server's admin APIs."),
        downstream: flag("Lets the holder act as a SPIRE server below this one."),
        fallback: flag("Applies only to pods that no other ClusterSPIFFEID selects."),
        hint,
        className,
    },
};

const clusterStaticEntry: Schema = {
    type: "object",
    required: ["spiffeID", "parentID", "selectors"],
    properties: {
        spiffeID: text("SPIFFE ID of the entry."),
        parentID: text("SPIFFE ID of the agent or server that may issue it."),
        selectors: texts("Selectors, each type:value, that a workload must match."),
        federatesWith,
        x509SVIDTTL: text("Longest life of an X.509-SVID, as a Go duration."),
        jwtSVIDTTL: text("Longest life of a JWT-SVID, as a Go duration."),
        dnsNames: texts("DNS names of the certificate."),
        hint,
        admin: flag("Lets the holder call the server's admin APIs."),
        downstream: flag("Lets the holder act as a SPIRE server below this one."),
        storeSVID: flag("Hands the SVID to the agent's SVID store."),
        className,
    },
};

const clusterFederatedTrustDomain: Schema = {
    type: "object",
    required: ["trustDomain", "bundleEndpointURL", "bundleEndpointProfile"],
    properties: {
        trustDomain: text("Name of the foreign trust domain.", { pattern: "[a-z0-9._-]{1,255}" }),
        bundleEndpointURL: text("Where its bundle is fetched; https, without user information."),
        bundleEndpointProfile: {
            type: "object",
            description: "How the endpoint is verified.",
            required: ["type"],
            properties: {
                type: text("Profile of SPIFFE Federation, section 5.2.", { enum: ["https_spiffe", "https_web"] }),
                endpointSPIFFEID: text("SPIFFE ID of the endpoint, for https_spiffe."),
            },
        },
        trustDomainBundle: text("The bundle in SPIFFE format, to verify the first fetch with."),
        className,
    },
};

const entryStatus: Schema = {
    type: "object",
    properties: {
        stats: {
            type: "object",
            properties: {
                namespacesSelected: count("Namespaces selected."),
                namespacesIgnored: count("Namespaces selected, but ignored by configuration."),
                podsSelected: count("Pods selected."),
                podEntryRenderFailures: count("Pods whose templates could not be rendered."),
                entriesMasked: count("Entries hidden by those of another ClusterSPIFFEID."),
                entriesToSet: count("Entries to be set."),
                entryFailures: count("Entries the server did not take."),
            },
        },
    },
};

const staticStatus: Schema = {
    type: "object",
    required: ["rendered", "masked", "set"],
    properties: {
        rendered: flag("The entry could be built."),
        masked: flag("Another entry hides it."),
        set: flag("The server holds it."),
    },
};

function definition(kind: string, plural: string, spec: Schema, status: Schema): Definition {
    return {
        group: SPIRE_GROUP,
        scope: "Cluster",
        names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
        versions: [
            {
                name: "v1alpha1",
                served: true,
                storage: true,
                subresources: { status: {} },
                schema: {
                    openAPIV3Schema: {
                        type: "object",
                        required: ["metadata", "spec"],
                        properties: {
                            apiVersion: { type: "string" },
                            kind: { type: "string" },
                            metadata: { type: "object" },
                            spec,
                            status,
                        },
                    },
                },
            },
        ],
    };
}

/** The kinds the controller manager 0.7 reads, by the name of their definition. */
export const SPIRE_CRDS: Readonly<Record<string, Definition>> = {
    "clusterspiffeids.spire.spiffe.io": definition("ClusterSPIFFEID", "clusterspiffeids", clusterSpiffeId, entryStatus),
    "clusterstaticentries.spire.spiffe.io": definition(
        "ClusterStaticEntry",
        "clusterstaticentries",
        clusterStaticEntry,
        staticStatus,
    ),
    "clusterfederatedtrustdomains.spire.spiffe.io": definition(
        "ClusterFederatedTrustDomain",
        "clusterfederatedtrustdomains",
        clusterFederatedTrustDomain,
        { type: "object" },
    ),
};
