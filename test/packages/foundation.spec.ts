import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { assertTyped, assertWellMade, install, pack, pinned, project, runProgram, scratch } from "./support";
import type { Packed } from "./support";

const PLUGIN = resolve(__dirname, "../../packages/foundation-plugin");
const EXAMPLES = resolve(__dirname, "../../packages/foundation/examples");

/** The version that a tarball holds, as its name says. */
function versionOf({ tarball }: Packed): string {
    return /-(\d[^/]*)\.tgz$/.exec(tarball)?.[1] ?? assert.fail(tarball);
}

/** What `hardening preview --format json` says of a program, as far as it is looked at here. */
interface Report {
    readonly results: readonly {
        readonly control: string;
        readonly status: string;
        readonly kind: string;
        readonly name: string;
    }[];
    readonly errors: readonly { readonly message: string }[];
    readonly summary: { readonly resources: number };
}

describe("The components as a package", function () {
    this.timeout(900_000);
    const folder = scratch();
    let packed: Packed;

    before(async () => {
        packed = await pack("foundation", folder);
        const tool = await pack("hardening", folder);
        project(folder, {});
        cpSync(EXAMPLES, folder, { recursive: true });
        await install(folder, [
            packed.tarball,
            tool.tarball,
            pinned("@pulumi/pulumi"),
            pinned("@pulumi/kubernetes"),
            pinned("@types/node"),
            pinned("typescript"),
        ]);
        cpSync(PLUGIN, join(folder, "plugin"), { recursive: true });
    });

    async function preview(program: string, ...options: readonly string[]): Promise<Report> {
        const args = ["--directory", join(folder, program), "--stack", "dev", "--format", "json", "--out", "out.json"];
        await runProgram("npx", ["--no-install", "hardening", "preview", ...args, ...options], { cwd: folder });
        return JSON.parse(readFileSync(join(folder, "out.json"), "utf8")) as Report;
    }

    it("holds the compiled components, what they read, their types and licences, and nothing of our stacks", () => {
        const plain = packed.files.filter((path) => !path.startsWith("dist/types/"));
        assert.deepEqual(plain, [
            "LICENSE",
            "README.md",
            "dist/THIRD-PARTY-LICENSES",
            "dist/alerts/identity.yaml",
            "dist/alerts/incidents.yaml",
            "dist/alerts/platform.yaml",
            "dist/alerts/runtime.yaml",
            "dist/alerts/secrets.yaml",
            "dist/index.js",
            "dist/policy.yaml",
            "dist/rules/10-vocabulary.yaml",
            "dist/rules/20-identity.yaml",
            "dist/rules/30-runtime.yaml",
            "dist/rules/40-network.yaml",
            "dist/rules/50-kubernetes-audit.yaml",
            "dist/security-incident.json",
            "package.json",
        ]);
        assert.ok(packed.files.every((path) => plain.includes(path) || path.endsWith(".d.ts")));
        assert.ok(packed.bytes < 1024 * 1024, `${packed.bytes} bytes`);
    });

    it("is what publint and attw call well made", () => assertWellMade(packed.tarball));

    for (const type of ["commonjs", "module"] as const) {
        it(`is typed for a ${type}`, () =>
            assertTyped(
                folder,
                `${readFileSync(join(EXAMPLES, "shop/index.ts"), "utf8")}
import { Foundation, Images } from "@x0tta6bl4/foundation";
new Images({ mirror: "registry.example.org" });
// @ts-expect-error -- a mode that does not exist
new GuardedNamespace("bad", { namespace: "bad", owner: "shop", podSecurity: "none" });
// @ts-expect-error -- the trust domain is missing
new Foundation("bad", { cluster, spire: { clusterName: "shop" } });
`,
                type,
            ));
    }

    it("gives another team's program components that keep the restricted profile without a waiver, one by one", async () => {
        const { results, errors, summary } = await preview("shop", "--profile", "restricted");
        assert.deepEqual(errors, []);
        assert.ok(summary.resources > 40, String(summary.resources));
        assert.deepEqual(
            results.filter(({ status }) => status !== "excepted"),
            [],
        );
        // What agents on a node can't do without is excepted, by the component that needs it.
        assert.ok(results.some(({ name, control }) => name === "falco" && control === "run-as-non-root"));
    });

    it("gives the whole foundation by one component, that keeps every control of ours without a waiver", async () => {
        const { results, errors, summary } = await preview("whole", "--profile", "x0tta6bl4");
        assert.deepEqual(errors, []);
        assert.ok(summary.resources > 200, String(summary.resources));
        assert.deepEqual(
            results.filter(({ status }) => status === "violation").map(({ control, name }) => `${control} ${name}`),
            [],
        );
    });

    it("says all that is wrong with its arguments under the name of the component, and makes nothing", async () => {
        const program = join(folder, "wrong");
        project(program, {
            "Pulumi.yaml": "name: wrong\nruntime: nodejs\n",
            "index.js": `const { Foundation } = require("@x0tta6bl4/foundation");
new Foundation("security", { cluster: { name: "Shop" }, spire: { trustDomain: "x" }, falco: { cpu: "much" }, walrus: {} });
`,
        });
        const { errors, summary } = await preview("wrong");
        assert.equal(summary.resources, 0);
        const [{ message } = { message: "" }] = errors;
        for (const fault of [
            /security:walrus is not known/,
            /security:cluster\.name must be a DNS label .*, found "Shop"/,
            /security:cluster\.apiServer is missing/,
            /security:spire\.clusterName is missing/,
            /security:falco\.cpu must be/,
        ]) {
            assert.match(message, fault);
        }
    });

    it("describes its plugin to programs in other languages, by the packages that it names", async () => {
        const plugin = JSON.parse(readFileSync(join(PLUGIN, "package.json"), "utf8")) as {
            dependencies: Readonly<Record<string, string>>;
        };
        const wanted = ["@pulumi/kubernetes", "@pulumi/pulumi", "typescript"].map(pinned);
        const named = Object.entries(plugin.dependencies).map(([name, version]) => `${name}@${version}`);
        assert.deepEqual(named.sort(), [...wanted, `@x0tta6bl4/foundation@${versionOf(packed)}`].sort());
        const types = await runProgram(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", "plugin"], {
            cwd: folder,
        });
        assert.deepEqual(types, { code: 0, output: "" });
        project(folder, {
            "schema.cjs": `require("tsx/cjs");
const { ComponentProvider } = require("@pulumi/pulumi/provider/experimental/provider");
const components = Object.values(require("./plugin/components.ts"));
const provider = new ComponentProvider({ name: "foundation-components", namespace: "x0tta6bl4", components, dirname: "plugin" });
provider.getSchema().then(console.log);
`,
        });
        const { code, output } = await runProgram(process.execPath, ["schema.cjs"], { cwd: folder });
        assert.equal(code, 0, output);
        // Such a list has a type in no SDK for Go, which then doesn't compile.
        assert.doesNotMatch(output.replace(/\s/g, ""), /"items":\{"\$ref":"[^"]+","plain":true\}/);
        const { resources } = JSON.parse(output) as {
            resources: Record<string, { requiredInputs: string[]; properties?: object }>;
        };
        assert.deepEqual(
            Object.entries(resources).map(([type, { requiredInputs, properties = {} }]) =>
                [type, requiredInputs.join(), Object.keys(properties).join()].join(" ").trimEnd(),
            ),
            [
                "foundation-components:index:GuardedNamespace namespace,owner namespaceName",
                "foundation-components:index:AllowedFlows flows",
                "foundation-components:index:Workload app,image,metricsPath,namespace,owner,port,version serviceName",
                "foundation-components:index:Spire apiServerCidrs,clusterName,nodeCidrs,trustDomain",
                "foundation-components:index:Falco apiServerCidrs,clusterName",
            ],
        );
    });

    it("refuses by its path what its plugin is given of flows that is only known later", async () => {
        project(folder, {
            "flows.cjs": `require("tsx/cjs");
const pulumi = require("@pulumi/pulumi");
const { AllowedFlows } = require("./plugin/components.ts");
pulumi.runtime.setMocks({ call: () => ({}), newResource: ({ name, inputs }) => ({ id: name, state: inputs }) });
const later = pulumi.output;
const [source, target] = ["shop", "till"].map((app) => ({ namespace: app, labels: { app } }));
const port = { port: 8080 };
const flow = { name: "pay", reason: "payments", source, target, ports: [port] };
for (const flows of [
    later([flow]),
    [flow, later(flow)],
    [Promise.resolve(flow)],
    [{ ...flow, ports: later([port]) }],
    [{ ...flow, ports: [port, later(port)] }],
    [{ ...flow, ports: [port, { port: 8443 }] }],
]) {
    try {
        new AllowedFlows("flows", { flows });
        console.log("made");
    } catch (error) {
        console.log(error.message);
    }
}
`,
        });
        const { code, output } = await runProgram(process.execPath, ["flows.cjs"], { cwd: folder });
        const refused = ["flows", "flows[1]", "flows[0]", "flow pay.ports", "flow pay.ports[1]"];
        const lines = refused.map((path) => `${path} must be a value, and no output of another resource\n`);
        assert.deepEqual({ code, output }, { code: 0, output: `${lines.join("")}made\n` });
    });

    it("makes of the plugin's arguments what the components make, with their exceptions and their refusals", async () => {
        project(folder, {
            "other/Pulumi.yaml": "name: other\nruntime: nodejs\n",
            "other/index.ts": `import { AllowedFlows, Falco, GuardedNamespace, Spire, Workload } from "../plugin/components";
const home = new GuardedNamespace("web", { namespace: "web", owner: "shop", quota: { pods: "20" } });
const web = { namespace: "web", labels: { app: "web" } };
const dns = { namespace: "kube-system", labels: { "k8s-app": "kube-dns" }, foreign: true };
new AllowedFlows("web", { flows: [{ name: "dns", reason: "Names.", source: web, target: dns, ports: [{ port: 53, protocol: "UDP" }] }] });
const image = "example.org/web:1@sha256:${"a".repeat(64)}";
new Workload("web", { app: "web", namespace: home.namespaceName, image, version: "1", port: 8080, metricsPath: "/", owner: "shop", identity: true });
const apiServerCidrs = ["10.0.0.0/28"];
new Spire("spire", { trustDomain: "trust.acme.io", clusterName: "shop", apiServerCidrs, nodeCidrs: ["10.0.1.0/24"] });
new Falco("falco", { clusterName: "shop", apiServerCidrs, applications: ["web"] });
`,
            "refused/Pulumi.yaml": "name: refused\nruntime: nodejs\n",
            "refused/index.ts": `import { AllowedFlows } from "../plugin/components";
new AllowedFlows("web", { flows: [{ name: "dns", reason: "Names.", source: {}, target: {}, ports: [] }] });
`,
        });
        const { results, errors } = await preview("other", "--profile", "restricted");
        assert.deepEqual(errors, []);
        assert.deepEqual(
            results.filter(({ status }) => status !== "excepted"),
            [],
        );
        assert.ok(results.some(({ name }) => name === "spire-agent") && results.some(({ name }) => name === "falco"));
        const refused = await preview("refused");
        assert.match(refused.errors[0]?.message ?? "", /flow dns\.source must have a namespace or cidrs/);
    });
});
