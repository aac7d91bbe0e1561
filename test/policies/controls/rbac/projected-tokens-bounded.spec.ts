import { projectedTokensBounded } from "../../../../policies/controls/rbac/projected-tokens-bounded";
import { describeControl } from "../../../support/control-suite";
import type { Manifest } from "../../../support/controls";
import { pod } from "../../../support/objects";
import { roleBinding } from "../../../support/rbac";

const token = (serviceAccountToken: Manifest) => ({
    pod: {
        volumes: [
            { name: "tmp", emptyDir: {} },
            { name: "token", projected: { sources: [{ serviceAccountToken }] } },
        ],
    },
});
const PATH = "spec.volumes[1].projected.sources[0].serviceAccountToken";

const driver = (...tokenRequests: readonly Manifest[]) => ({
    object: {
        apiVersion: "storage.k8s.io/v1",
        kind: "CSIDriver",
        metadata: { name: "files.example.org" },
        spec: { tokenRequests },
    },
});

describeControl(projectedTokensBounded, {
    refused: {
        "a CSI driver that is handed tokens for the API server": {
            ...driver({ audience: "vault" }, { audience: "" }, { audience: "https://kubernetes.default.svc" }),
            message: [
                "spec.tokenRequests[1].audience is empty, which means the API server, so the driver may act there as every pod that mounts its volumes. Set it to the service the tokens are for.",
                'spec.tokenRequests[2].audience is "https://kubernetes.default.svc", the API server, so the driver may act there as every pod that mounts its volumes. Set it to the service the tokens are for.',
            ],
        },
        "a token without an audience": {
            ...token({ path: "token" }),
            message: `${PATH}.audience is unset, so the token is good for the API server, where its account has no rights in this stack. Set it to the service the token is for.`,
        },
        ...Object.fromEntries(
            [
                "https://kubernetes.default.svc.cluster.local",
                "kubernetes.default.svc",
                "api",
                "https://oidc.eks.eu-west-1.amazonaws.com/id/0A1B2C",
                "https://container.googleapis.com/v1/projects/p/locations/l/clusters/c",
            ].map((audience) => [
                `a token for ${audience}`,
                {
                    ...token({ path: "token", audience }),
                    message: `${PATH}.audience is "${audience}", the API server, where its account has no rights in this stack. Set it to the service the token is for.`,
                },
            ]),
        ),
        "a token that lives for a day": {
            ...token({ path: "token", audience: "vault", expirationSeconds: 86400 }),
            message: `${PATH}.expirationSeconds is 86400. Set it to 7200 or less.`,
        },
        "a token that lives longer than configured": {
            ...token({ path: "token", audience: "vault" }),
            params: { maxSeconds: 600 },
            message: `${PATH}.expirationSeconds is 3600. Set it to 600 or less.`,
        },
    },
    allowed: {
        "a CSI driver that is handed tokens for a service of its own": driver({ audience: "vault" }),
        "a token with an audience for an hour": token({ path: "token", audience: "vault", expirationSeconds: 3600 }),
        "a token for the API server, where the account has rights": {
            stack: [
                pod({}, { serviceAccountName: "web", ...token({ path: "token" }).pod }),
                roleBinding([{ kind: "ServiceAccount", name: "web" }]),
            ],
        },
        "a token for the API server by name, where the account has rights": {
            stack: [
                pod(
                    {},
                    {
                        serviceAccountName: "web",
                        ...token({ path: "token", audience: "https://kubernetes.default.svc" }).pod,
                    },
                ),
                roleBinding([{ kind: "ServiceAccount", name: "web" }]),
            ],
        },
        "a token for a host that only sounds so": token({ path: "token", audience: "https://kubernetes.example.org" }),
        "other sources": { pod: { volumes: [{ name: "x", projected: { sources: [{ configMap: { name: "ca" } }] } }] } },
        "no volumes": {},
    },
});
