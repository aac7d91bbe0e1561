import assert from "node:assert/strict";

import { deployFoundation } from "../../../components";
import { foundationOf } from "../../../components/foundation";
import { policySpecs } from "../../../components/network/flows";
import { deploy } from "../../support/deploy";
import { SMALLEST } from "../../support/spire";
import type { Raw } from "../../support/stranger";
import { PROJECT, readAs } from "../../support/stranger";

const DIGEST = `sha256:${"1".repeat(64)}`;
const IMAGE = { registry: "registry.example.org", repository: "shop/web", tag: "1.2.3", digest: DIGEST };
const STACK: Raw = {
    cluster: { name: "prod", apiServer: { cidrs: ["10.0.0.0/28"] } },
    spire: { ...SMALLEST, trustDomain: "acme.trust" },
};

/** What is made of a stack with these applications, and what is wrong with it. */
function stackOf(applications: Raw, over: Raw = {}) {
    const values = { ...STACK, ...over, applications };
    const { config, faults } = readAs(values);
    return { config, faults, foundation: () => foundationOf(config, PROJECT) };
}

const SHIELD = { host: "shop.example.org", certificateSecret: "tls", exposure: { sourceRanges: ["10.0.0.0/8"] } };
const PLATFORM = { namespace: "shop", app: "web" };
const caller = (over: Raw = {}) => ({ namespace: "front", serviceAccount: "gateway", ...over });

describe("applications", () => {
    it("are none unless set, and any number, with or without a platform beside them", () => {
        assert.deepEqual(stackOf({}).foundation().applications, []);
        const two = { till: { namespace: "tills", image: IMAGE }, store: { namespace: "goods", image: IMAGE } };
        const names = (over: Raw = {}) =>
            stackOf(two, over)
                .foundation()
                .applications.map(({ namespace, name }) => `${namespace}/${name}`);
        assert.deepEqual(stackOf(two).faults, []);
        assert.deepEqual(names(), ["tills/till", "goods/store"]);
        assert.deepEqual(names({ platform: PLATFORM }), ["shop/web", "tills/till", "goods/store"]);
    });

    it("put out the name of each one's Service by its own name, beside the platform's, and nothing where there are none", async function () {
        this.timeout(60_000);
        /** What is put out before anything is there: the keys of the API server's store are not known yet. */
        const outputsOf = async (applications: Raw, over: Raw = {}) => {
            const { config } = stackOf(applications, over);
            let outputs: Raw = {};
            await deploy(async () => {
                const all = Object.entries(deployFoundation(config, PROJECT, { risks: [] })).map(
                    async ([key, output]) =>
                        [key, await (output as unknown as { promise(): Promise<unknown> }).promise()] as const,
                );
                outputs = Object.fromEntries(await Promise.all(all));
            }, PROJECT);
            return outputs;
        };
        const two = {
            till: { namespace: "tills", app: "cash", image: IMAGE },
            store: { namespace: "goods", image: IMAGE },
        };
        assert.deepEqual(await outputsOf(two, { platform: PLATFORM }), {
            platformService: "web",
            applicationServices: { till: "cash", store: "store" },
            encryptionConfiguration: undefined,
        });
        assert.deepEqual(await outputsOf({}), { encryptionConfiguration: undefined });
    });

    it("run an image of their own, from the mirror where there is one, and need its digest unless digests are dropped", () => {
        const { digest, ...tagged } = IMAGE;
        const reference = (image: Raw, images: Raw = {}) =>
            stackOf({ till: { namespace: "tills", image } }, { images })
                .foundation()
                .images.wanted("applications.till");
        assert.equal(reference(IMAGE), `registry.example.org/shop/web:1.2.3@${digest}`);
        assert.equal(
            reference(IMAGE, { mirror: "mirror.example.org/x" }),
            `mirror.example.org/x/shop/web:1.2.3@${digest}`,
        );
        const bare = { till: { namespace: "tills", image: tagged } };
        assert.deepEqual(stackOf(bare).faults, [
            "acme:applications.till.image.digest is missing: no digest is known for registry.example.org/shop/web:1.2.3; look it up and pin it",
        ]);
        assert.deepEqual(stackOf(bare, { images: { dropDigests: true } }).faults, []);
    });

    it("are refused with all that is wrong, each fault where it stands", () => {
        const { faults } = stackOf({
            till: { namespace: "spire", image: { ...IMAGE, registry: "https://registry.example.org", tag: "a b" } },
            Till: { namespace: "tills", image: IMAGE, prot: 80 },
        });
        assert.deepEqual(faults, [
            `acme:applications.till.image.registry must be a registry's host and port, found "https://registry.example.org"`,
            'acme:applications.till.image.tag must be an image tag, found "a b"',
            'acme:applications.Till.prot is not known; did you mean "port"?',
        ]);
        assert.deepEqual(stackOf({ Till: { namespace: "tills", image: IMAGE } }).faults, [
            'acme:applications names "Till"; a name must be a DNS label',
        ]);
        assert.deepEqual(
            stackOf({
                till: {
                    namespace: "spire",
                    image: IMAGE,
                    port: 80,
                    access: [{ role: "viewer", group: "system:masters" }],
                    shield: {
                        ...SHIELD,
                        paths: ["/metrics/x"],
                        backendTls: { hostname: "till.spire.svc", authority: "ca" },
                    },
                },
                store: { namespace: "goods", image: IMAGE, app: "till" },
            }).faults,
            [
                'acme:applications.till.namespace is "spire", which acme:spire has for itself; it needs a namespace of its own',
                'acme:applications.store.app is "till", as is acme:applications.till.app; alerts tell applications apart by it',
                "acme:applications.till.port is 80, which is privileged; a process that is not root can only bind from 1024 up",
                'acme:applications.till.access[0] gives viewer to "system:masters": system groups hold every user or every service account; name a group of your own',
                'acme:applications.till.shield.paths[0] is "/metrics/x", where the application serves its metrics (/metrics); leave it out',
                "acme:applications.till.shield.backendTls needs a port of its own for the application's metrics, which are asked for in the clear; set acme:applications.till.metricsPort",
            ],
        );
    });

    it("can't share a namespace, neither with each other nor with the platform", () => {
        assert.deepEqual(
            stackOf(
                {
                    till: { namespace: "shop", image: IMAGE },
                    store: { namespace: "goods", image: IMAGE },
                    other: { namespace: "goods", image: IMAGE },
                },
                { platform: PLATFORM },
            ).faults,
            [
                'acme:applications.till.namespace is "shop", as is acme:platform.namespace; it needs a namespace of its own',
                'acme:applications.other.namespace is "goods", as is acme:applications.store.namespace; it needs a namespace of its own',
            ],
        );
    });

    it("have both ends of a call opened that one of them lets another make, and need its labels", () => {
        const tills = (labels?: Raw): Raw => ({
            till: { namespace: "tills", image: IMAGE },
            store: {
                namespace: "goods",
                image: IMAGE,
                proxy: { callers: [{ namespace: "tills", serviceAccount: "till", ...(labels && { labels }) }] },
            },
        });
        const images = { overrides: { envoy: { digest: DIGEST } } };
        const { faults, foundation } = stackOf(tills({ app: "till" }), { images });
        assert.deepEqual(faults, []);
        const opened = policySpecs(foundation().flows).filter(({ name }) => name.startsWith("proxy-tills"));
        assert.deepEqual(
            opened.map(({ namespace, name }) => `${namespace}/${name}`),
            ["tills/proxy-tills-till-egress", "goods/proxy-tills-till-ingress"],
        );
        assert.deepEqual(stackOf(tills(), { images }).faults.slice(0, 1), [
            "acme:applications.store.proxy.callers[0].labels are missing: in namespaces of applications of this stack the network is opened to named pods only",
        ]);
    });

    it("have a mesh each, and give one caller outside of the stack its identity once", () => {
        const meshed = (register?: boolean): Raw => ({
            kind: "istio",
            callers: [caller(register === undefined ? {} : { register })],
        });
        const two = (register?: boolean): Raw => ({
            till: { namespace: "tills", image: IMAGE, metricsPort: 9090, mesh: meshed() },
            store: { namespace: "goods", image: IMAGE, metricsPort: 9090, mesh: meshed(register) },
        });
        assert.deepEqual(stackOf(two(false)).faults, []);
        assert.deepEqual(stackOf(two()).faults, [
            "acme:applications.store.mesh.callers[0] gives front/gateway an identity, as does acme:applications.till.mesh.callers[0]; set register to false in one of them",
        ]);
        const flows = policySpecs(stackOf(two(false)).foundation().flows).filter(({ name }) =>
            name.startsWith("mesh-"),
        );
        assert.deepEqual(flows.map(({ namespace, name }) => `${namespace}/${name}`).sort(), [
            "goods/mesh-front-gateway-ingress",
            "goods/mesh-istiod-egress",
            "tills/mesh-front-gateway-ingress",
            "tills/mesh-istiod-egress",
        ]);
    });

    it("have a way in each, and their images signed by whoever the settings name", () => {
        const { faults, config, foundation } = stackOf({ till: { namespace: "tills", image: IMAGE, shield: SHIELD } });
        assert.deepEqual(faults, []);
        assert.equal(config.shield, undefined);
        assert.ok(
            policySpecs(foundation().flows).some(
                ({ namespace, name }) => `${namespace}/${name}` === "tills/shield-ingress",
            ),
        );
        const signatures = (images: Raw) => ({
            admission: { signatures: { controllerInstalled: true, namespaces: ["tills"], images } },
        });
        const till = { till: { namespace: "tills", image: IMAGE } };
        const unsigned = { kind: "none", reason: "A test." };
        assert.deepEqual(stackOf(till, signatures({ "applications.till": unsigned })).faults, []);
        assert.deepEqual(stackOf(till, signatures({})).faults, [
            "acme:admission.signatures.images.applications.till is missing: the namespaces listed run it, and it would be refused there",
        ]);
        assert.deepEqual(
            stackOf(till, signatures({ "applications.tll": unsigned, "applications.till": unsigned })).faults,
            [
                'acme:admission.signatures.images.applications.tll is not an image of this program; did you mean "applications.till"?',
            ],
        );
    });
});
