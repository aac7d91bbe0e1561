import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as k8s from "@pulumi/kubernetes";

import { Falco, Foundation, Images, Workload } from "../../components";
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
                "  args.settings.walrus is not known; known: namespace, extraCapabilities, runtimeSocket, workloadImages, applications, cpu, memory, sidekick, kubernetesAudit",
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
        assert.match(
            await refusalOf(() => new Foundation("security", { ...LEAST, waivers: [join(folder, "none.yaml")] })),
            /none\.yaml can't be read \(ENOENT\)/,
        );
    });
});
