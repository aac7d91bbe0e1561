import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as k8s from "@pulumi/kubernetes";
import type { ComponentResourceOptions } from "@pulumi/pulumi";

import { Falco, Foundation, Images, Workload } from "../../components";
import { IMAGES } from "../../components/images";
import { deploy, refusalOf } from "../support/deploy";
import { SMALLEST } from "../support/spire";

const CLUSTER = { name: "shop", apiServer: { cidrs: ["10.0.0.0/28"] } };
/** What has to be said: the rest has defaults. */
const LEAST = { cluster: CLUSTER, spire: SMALLEST as never };

describe("The components as others use them", () => {
    const folder = mkdtempSync(join(tmpdir(), "public-"));
    after(() => rmSync(folder, { recursive: true }));

    it("need only what nobody else can know", async () => {
        const deployed = await deploy(() => {
            new Falco("eyes", { cluster: CLUSTER });
            new Workload("web", {
                app: "web",
                namespace: "web",
                image: "example.org/web:1",
                version: "1",
                port: 8080,
                metricsPath: "/metrics",
                owner: "shop",
            });
        });
        const { spec } = deployed.inputs("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "web-autoscaler");
        assert.deepEqual([(spec as never)["minReplicas"], (spec as never)["maxReplicas"]], [3, 6]);
        const { metadata } = deployed.inputs("kubernetes:apps/v1:DaemonSet", "eyes-daemonset");
        assert.equal((metadata as never)["namespace"], "falco");
    });

    it("refuse settings by their place in the arguments, all at once, before anything exists", async () => {
        const wrong = { settings: { cpu: "much", walrus: 1 } as never, cluster: { name: "shop" } as never };
        assert.equal(
            await refusalOf(() => new Falco("eyes", wrong)),
            [
                "eyes:",
                "  args.settings.walrus is not known; known: namespace, extraCapabilities, runtimeSocket, workloadImages, applications, clusterWide, bufferSize, cpu, memory, sidekick, kubernetesAudit",
                '  args.settings.cpu must be a Kubernetes quantity such as 250m or 512Mi, found "much"',
                "  args.cluster.apiServer is missing; it must be an object with cidrs, ports",
            ].join("\n"),
        );
        assert.throws(
            () => new Images({ overrides: { nobody: { tag: "1" } } }, "shop"),
            /^(?:Run)?Error: shop:images\.overrides\.nobody is not an image of this program; known are /,
        );
    });

    it("are a whole below one component, by the provider that it is given", async () => {
        const deployed = await deploy(() => {
            const provider = new k8s.Provider("theirs", {});
            new Foundation("security", LEAST, { providers: [provider] });
        });
        const providers = deployed.list().filter(([type]) => type === "pulumi:providers:kubernetes");
        assert.deepEqual(providers, [["pulumi:providers:kubernetes", "theirs"]]);
        const objects = deployed.registrations.filter(({ type }) => type.startsWith("kubernetes:"));
        assert.ok(objects.length > 200);
        assert.ok(objects.every(({ urn }) => urn.includes("::x0tta6bl4:foundation:Foundation$")));
    });

    it("make a provider by the settings of the cluster where none is given", async () => {
        const deployed = await deploy(() => new Foundation("security", LEAST));
        assert.ok(deployed.one("pulumi:providers:kubernetes", "kubernetes").urn.includes("Foundation$"));
    });

    it("admit the risks that a file accepts, and no others", async () => {
        const file = join(folder, "accepted.yaml");
        const waiver = { control: "no-host-pid", object: "Pod shop/web", reason: "It looks at all processes" };
        writeFileSync(
            file,
            JSON.stringify({ waivers: [{ ...waiver, owner: "shop", ticket: "T-1", expires: "2999-01-01" }] }),
        );
        const policy = async (waivers: readonly string[]) => {
            const deployed = await deploy(() => new Foundation("security", { ...LEAST, waivers }));
            return JSON.stringify(
                deployed.inputs(
                    "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy",
                    "admission-no-host-pid",
                ),
            );
        };
        assert.doesNotMatch(await policy([]), /2999-01-02/);
        assert.match(await policy([file]), /2999-01-02/);
    });

    it("are refused as a whole with all that is wrong, the files of risks and a provider beside its settings too", async () => {
        const none = join(folder, "none.yaml");
        const identity = "11111111-2222-3333-4444-555555555555";
        const args = {
            ...LEAST,
            cluster: { ...CLUSTER, context: "prod", identity, foundation: "acme/live" },
            images: { overrides: { nobody: { tag: "1" } } },
            waivers: [none],
        };
        const known = Object.keys(IMAGES).join(", ");
        const refusal = (opts: () => ComponentResourceOptions) =>
            refusalOf(() => new Foundation("security", args, opts()), "acme");
        const wrong = [
            "security:",
            `  security:images.overrides.nobody is not an image of this program; known are ${known}`,
            '  security:cluster.foundation is "acme/live", a stack of this project; what is outside of namespaces is named after ' +
                "the project, so the two need projects of their own",
            `  ${none} can't be read (ENOENT)`,
        ];
        assert.equal(await refusal(() => ({})), wrong.join("\n"));
        const handed = ["context", "identity"].map(
            (key) =>
                `  security:cluster.${key} is for the provider that is made where none is handed over; leave out one of the two`,
        );
        assert.equal(
            await refusal(() => ({ providers: [new k8s.Provider("theirs", {})] })),
            [...wrong, ...handed].join("\n"),
        );
    });

    it("are not of the project that is called like the component", async () => {
        const cluster = { ...CLUSTER, foundation: "security/live" };
        const deployed = await deploy(() => new Foundation("security", { ...LEAST, cluster }), "acme");
        assert.ok(!deployed.list().some(([type]) => type.endsWith(":DaemonSet")));
    });
});
