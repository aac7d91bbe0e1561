import assert from "node:assert/strict";

import { spireFaults } from "../../../components/spire/checks";
import { render } from "../../../components/spire/config/json";
import { serverConf } from "../../../components/spire/config/server";
import { spireFlows } from "../../../components/spire/flows";
import { SpireServer } from "../../../components/spire/server";
import { policySpecs } from "../../../components/network/flows";
import { deploy } from "../../support/deploy";
import type { Raw } from "../../support/spire";
import { readSpire, SMALLEST, spireOf } from "../../support/spire";
import { SURROUNDINGS } from "../../support/surroundings";

const { images, cluster, monitoring } = SURROUNDINGS;
const EGRESS = [{ name: "cloud", cidrs: ["10.7.0.0/16"], ports: [443] }];
const SUBSCRIPTION = "11111111-2222-3333-4444-555555555555";
const ENDPOINT = { profile: { type: "https_spiffe" }, clients: ["192.0.2.0/28"] };
const GATEWAY = {
    type: "gateway",
    gateway: { namespace: "edge", name: "tls", listener: "spire" },
    hostname: "spire.acme.example.com",
    proxies: { namespace: "edge", labels: { app: "proxy" } },
};
const BALANCER = {
    type: "loadBalancer",
    sourceRanges: ["192.0.2.0/24"],
    annotations: { "service.example.com/internal": "true" },
};

function pluginsOf(type: string, server: Raw): unknown {
    const conf = JSON.parse(render(serverConf(spireOf({ server })))) as { plugins: Raw };
    return conf.plugins[type];
}

function faultsOf(server: Raw): readonly string[] {
    return spireFaults(spireOf({ server }), { server: "1.15.2", agent: "1.15.2" }, "spire");
}

describe("SPIRE's attestors of clouds", () => {
    const CASES: readonly (readonly [string, Raw, Raw])[] = [
        [
            "aws_iid",
            {
                type: "awsIid",
                assumeRole: "spire-look-up",
                organization: { managementAccount: "123456789012", role: "spire-organization" },
            },
            {
                assume_role: "spire-look-up",
                verify_organization: [{ management_account_id: "123456789012", assume_org_role: "spire-organization" }],
            },
        ],
        ["gcp_iit", { type: "gcpIit", projects: ["acme-prod"] }, { projectid_allow_list: ["acme-prod"] }],
        [
            "gcp_iit",
            { type: "gcpIit", projects: ["acme-prod"], labelKeys: ["role"] },
            { projectid_allow_list: ["acme-prod"], use_instance_metadata: true, allowed_label_keys: ["role"] },
        ],
        [
            "azure_imds",
            { type: "azureImds", tenants: { "acme.onmicrosoft.com": { subscriptions: [SUBSCRIPTION] } } },
            { tenants: [{ "acme.onmicrosoft.com": { restrict_to_subscriptions: [SUBSCRIPTION] } }] },
        ],
    ];
    for (const [name, attestor, data] of CASES) {
        it(`are beside k8s_psat: ${JSON.stringify(attestor)}`, () => {
            const [first, second] = pluginsOf("NodeAttestor", { nodeAttestors: [attestor] }) as readonly Raw[];
            assert.deepEqual(Object.keys(first ?? {}), ["k8s_psat"]);
            assert.deepEqual(second, { [name]: { plugin_data: data } });
        });

        it(`are refused where the server can't ask the cloud: ${JSON.stringify(attestor)}`, () => {
            const type = attestor["type"] as string;
            assert.deepEqual(faultsOf({ nodeAttestors: [attestor] }), [
                `spire.server.egress is empty, so the servers can't reach the cloud that ${type} asks; name addresses and ports`,
            ]);
            assert.deepEqual(faultsOf({ nodeAttestors: [attestor], egress: EGRESS }), []);
        });
    }

    it("admit nobody that is not named", () => {
        const attestors = [
            { type: "awsIid", assumeRole: "a" },
            { type: "gcpIit", projects: [] },
            { type: "azureImds", tenants: {} },
            { type: "azureImds", tenants: { a: { subscriptions: [] } } },
            {
                type: "awsIid",
                assumeRole: "a",
                organization: { managementAccount: "123456789012", role: "o" },
                partition: "aws-iso",
            },
        ];
        const { faults } = readSpire({
            ...SMALLEST,
            server: { ...(SMALLEST["server"] as Raw), nodeAttestors: attestors },
        });
        assert.deepEqual(faults, [
            "spire.server.nodeAttestors[0].organization is missing; it must be an object with managementAccount, role, region",
            "spire.server.nodeAttestors[1].projects must be a list of at least 1, found an empty list",
            "spire.server.nodeAttestors[2].tenants must name a tenant",
            "spire.server.nodeAttestors[3].tenants.a.subscriptions must be a list of at least 1, found an empty list",
            'spire.server.nodeAttestors[4].partition must be one of aws, aws-cn, aws-us-gov, found "aws-iso"',
        ]);
    });
});

describe("SPIRE's upstream authorities outside of the cluster", () => {
    const CASES: readonly (readonly [string, Raw, Raw])[] = [
        [
            "gcp_cas",
            {
                type: "gcpCas",
                project: "acme-prod",
                region: "europe-west1",
                pool: "spire",
                labelKey: "use",
                labelValue: "spire",
            },
            {
                root_cert_spec: [
                    {
                        project_name: "acme-prod",
                        region_name: "europe-west1",
                        ca_pool: "spire",
                        label_key: "use",
                        label_value: "spire",
                    },
                ],
            },
        ],
        [
            "ejbca",
            {
                type: "ejbca",
                hostname: "ejbca.acme.example.com",
                trustAnchor: { configMap: "ejbca", key: "ca.crt" },
                clientCertificate: "ejbca-client",
                ca: "Sub",
                endEntityProfile: "spire",
                certificateProfile: "subca",
            },
            {
                hostname: "ejbca.acme.example.com",
                ca_cert_path: "/run/spire/tls/upstream-ca/ca.crt",
                client_cert_path: "/run/spire/tls/upstream-ejbca-client/tls.crt",
                client_cert_key_path: "/run/spire/tls/upstream-ejbca-client/tls.key",
                ca_name: "Sub",
                end_entity_profile_name: "spire",
                certificate_profile_name: "subca",
            },
        ],
        [
            "awssecret",
            {
                type: "awsSecret",
                region: "eu-central-1",
                certificateArn: "arn:aws:secretsmanager:c",
                keyArn: "arn:aws:secretsmanager:k",
            },
            {
                region: "eu-central-1",
                cert_file_arn: "arn:aws:secretsmanager:c",
                key_file_arn: "arn:aws:secretsmanager:k",
            },
        ],
    ];
    for (const [name, upstreamAuthority, data] of CASES) {
        it(`sign the server's: ${name}`, () => {
            assert.deepEqual(pluginsOf("UpstreamAuthority", { upstreamAuthority }), [
                { [name]: { plugin_data: data } },
            ]);
            assert.deepEqual(faultsOf({ upstreamAuthority }), [
                `spire.server.egress is empty, so the servers can't reach the upstream authority ${String(upstreamAuthority["type"])}; name addresses and ports`,
            ]);
        });
    }

    it("have what they are verified by, and log in with, mounted", async () => {
        const [, ejbca] = CASES[1] ?? [];
        const deployed = await deploy(
            () => new SpireServer("s", { settings: spireOf({ server: { upstreamAuthority: ejbca } }), images }),
        );
        const text = JSON.stringify(deployed.inputs("kubernetes:apps/v1:StatefulSet", "s-servers"));
        assert.ok(/"secretName":"ejbca-client"/.test(text));
        assert.ok(text.includes('"mountPath":"/run/spire/tls/upstream-ejbca-client"'));
    });
});

describe("SPIRE's server seen from outside", () => {
    const exposing = async (server: Raw) => {
        const deployed = await deploy(() => new SpireServer("s", { settings: spireOf({ server }), images }));
        return deployed
            .list()
            .filter(([, name]) => name.endsWith("outside"))
            .map(([type, name]) => [type, name, deployed.inputs(type, name)["spec"]]);
    };
    const opened = (server: Raw) =>
        policySpecs(spireFlows(spireOf({ server }), cluster, monitoring))
            .filter(({ name }) => name.startsWith("spire-outside"))
            .map(({ name, spec }) => [name, spec.ingress?.[0]?.from, spec.ingress?.[0]?.ports.map(({ port }) => port)]);

    it("can't be seen unless that is set", async () => {
        assert.deepEqual(await exposing({ bundleEndpoint: ENDPOINT }), []);
        assert.deepEqual(opened({ bundleEndpoint: ENDPOINT }), []);
    });

    it("is behind a balancer for named addresses, and its federation for those of foreign servers", async () => {
        const spec = (range: string, name: string, port: number) => ({
            type: "LoadBalancer",
            externalTrafficPolicy: "Local",
            loadBalancerSourceRanges: [range],
            selector: { "app.kubernetes.io/name": "spire-server" },
            ports: [{ name, port, targetPort: name }],
        });
        const service = "kubernetes:core/v1:Service";
        assert.deepEqual(await exposing({ exposure: BALANCER, bundleEndpoint: ENDPOINT }), [
            [service, "s-federation-outside", spec("192.0.2.0/28", "federation", 8443)],
            [service, "s-outside", spec("192.0.2.0/24", "grpc", 8081)],
        ]);
        assert.deepEqual(opened({ exposure: BALANCER }), [
            ["spire-outside-ingress", [{ ipBlock: { cidr: "192.0.2.0/24" } }], [8081]],
        ]);
    });

    it("is behind a gateway that passes TLS on unread, by the names that are asked for", async () => {
        const exposure = { ...GATEWAY, federationHostname: "bundle.acme.example.com" };
        const spec = (hostname: string, name: string, port: number) => ({
            parentRefs: [{ namespace: "edge", name: "tls", sectionName: "spire" }],
            hostnames: [hostname],
            rules: [{ backendRefs: [{ name, port }] }],
        });
        const route = "kubernetes:gateway.networking.k8s.io/v1:TLSRoute";
        assert.deepEqual(await exposing({ exposure, bundleEndpoint: ENDPOINT }), [
            [route, "s-federation-outside", spec("bundle.acme.example.com", "spire-server-federation", 8443)],
            [route, "s-outside", spec("spire.acme.example.com", "spire-server", 8081)],
        ]);
        const from = [
            {
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "edge" } },
                podSelector: { matchLabels: { app: "proxy" } },
            },
        ];
        assert.deepEqual(opened({ exposure, bundleEndpoint: ENDPOINT }), [
            ["spire-outside-ingress", from, [8081, 8443]],
        ]);
        assert.deepEqual(opened({ exposure: GATEWAY }), [["spire-outside-ingress", from, [8081]]]);
    });

    it("is refused to everybody, and behind one name for two things", () => {
        const everybody = { ...BALANCER, sourceRanges: ["0.0.0.0/0"] };
        const { faults } = readSpire({ ...SMALLEST, server: { ...(SMALLEST["server"] as Raw), exposure: everybody } });
        assert.deepEqual(faults, ["spire.server.exposure.sourceRanges opens every address; name those of the agents"]);
        assert.deepEqual(faultsOf({ exposure: GATEWAY, bundleEndpoint: ENDPOINT }), [
            "spire.server.exposure.federationHostname is missing: the gateway tells the endpoint from the API by its name",
        ]);
        assert.deepEqual(faultsOf({ exposure: { ...GATEWAY, federationHostname: "b.acme.example.com" } }), [
            "spire.server.exposure.federationHostname has no use without bundleEndpoint; remove it",
        ]);
        const same = { ...GATEWAY, federationHostname: GATEWAY.hostname };
        assert.deepEqual(faultsOf({ exposure: same, bundleEndpoint: ENDPOINT }), [
            "spire.server.exposure.federationHostname is that of the API; the gateway tells the two apart by nothing else",
        ]);
    });

    it("tells the cloud who its pod is, without a label of its own lost", async () => {
        const workloadIdentity = {
            accountAnnotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/spire" },
            podLabels: { "azure.workload.identity/use": "true", "app.kubernetes.io/name": "other" },
        };
        const deployed = await deploy(
            () => new SpireServer("s", { settings: spireOf({ server: { workloadIdentity } }), images }),
        );
        const account = deployed.inputs("kubernetes:core/v1:ServiceAccount", "s-rights-account")["metadata"] as Raw;
        assert.deepEqual(account["annotations"], workloadIdentity.accountAnnotations);
        const { spec } = deployed.inputs("kubernetes:apps/v1:StatefulSet", "s-servers") as {
            spec: { template: { metadata: { labels: Raw } } };
        };
        assert.equal(spec.template.metadata.labels["azure.workload.identity/use"], "true");
        assert.equal(spec.template.metadata.labels["app.kubernetes.io/name"], "spire-server");
    });
});
