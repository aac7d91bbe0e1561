import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";

import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

import { missingPrograms, searchPath, skipNote } from "../engine/cli";
import { findBinary } from "../support/binary";
import type { Packed } from "./support";
import { assertWellMade, install, pack, project, runProgram, scratch } from "./support";

const POD = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "shop" },
    spec: { hostPID: true, containers: [{ name: "web", image: "example.org/web:1" }] },
};
/** Within the ceiling of every severity. */
const NEXT_MONTH = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
const WAIVER = `waivers:
  - control: no-host-pid
    object: Pod shop/web
    reason: It looks at all processes
    owner: shop
    ticket: T-1
    expires: "${NEXT_MONTH}"
`;

/** Puts the pod into a request, as the engine does. */
function podIn<T extends analyzer.AnalyzeRequest | analyzer.AnalyzerResource>(stack: string, target: T): T {
    target.setType("kubernetes:core/v1:Pod");
    target.setName("web");
    target.setUrn(`urn:pulumi:${stack}::shop::kubernetes:core/v1:Pod::web`);
    target.setProperties(Struct.fromJavaScript(POD));
    target.setOptions(new analyzer.AnalyzerResourceOptions());
    return target;
}

type Said = analyzer.AnalyzeResponse;
type Settings = Readonly<Record<string, object>>;

describe("The policy pack as a package", function () {
    this.timeout(900_000);
    const folder = scratch();
    const consumer = join(folder, "consumer");
    const installed = join(consumer, "node_modules/@x0tta6bl4/hardening-policies");
    let packed: Packed;

    before(async () => {
        packed = await pack("policy-pack", folder);
        project(consumer, { "accepted.yaml": WAIVER, "broken.yaml": "waivers: 5\n" });
        await install(consumer, [packed.tarball]);
    });

    /**
     * Starts a pack with the SDK's own launcher, in the pack's folder as the engine does, configures it, and returns the
     * names of the policies that a pod breaks, and what they say.
     */
    async function violations(
        pack: string,
        stack: string,
        config: Settings = {},
    ): Promise<ReadonlyMap<string, string>> {
        const launcher = join(consumer, "node_modules/@pulumi/pulumi/cmd/run-policy-pack");
        const child = spawn(process.execPath, [launcher, "127.0.0.1:0", pack], {
            cwd: pack,
            env: { ...process.env, PWD: consumer, PULUMI_NODEJS_STACK: stack, NODE_OPTIONS: "" },
            stdio: ["ignore", "pipe", "inherit"],
        });
        try {
            const [port] = (await once(createInterface(child.stdout), "line")) as [string];
            const client = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
            const configuration = new analyzer.ConfigureAnalyzerRequest();
            for (const [name, properties] of Object.entries(config)) {
                const policy = new analyzer.PolicyConfig();
                policy.setEnforcementlevel(analyzer.EnforcementLevel.MANDATORY);
                policy.setProperties(Struct.fromJavaScript(properties as Record<string, never>));
                configuration.getPolicyconfigMap().set(name, policy);
            }
            await asked(client.configure.bind(client), configuration);
            const request = podIn(stack, new analyzer.AnalyzeRequest());
            const whole = new analyzer.AnalyzeStackRequest();
            whole.addResources(podIn(stack, new analyzer.AnalyzerResource()));
            const said = [
                ...(
                    await asked<analyzer.AnalyzeRequest, Said>(client.analyze.bind(client), request)
                ).getDiagnosticsList(),
                ...(await asked<typeof whole, Said>(client.analyzeStack.bind(client), whole)).getDiagnosticsList(),
            ];
            client.close();
            return new Map(said.map((diagnostic) => [diagnostic.getPolicyname(), diagnostic.getMessage()]));
        } finally {
            child.kill();
        }
    }

    function asked<Q, A>(
        method: (request: Q, callback: (error: Error | null, answer: A) => void) => unknown,
        request: Q,
    ): Promise<A> {
        return new Promise((resolve, reject) => {
            method(request, (error, answer) => (error === null ? resolve(answer) : reject(error)));
        });
    }

    it("holds the compiled pack and nothing of our stacks", () => {
        assert.deepEqual(packed.files, [
            "LICENSE",
            "PulumiPolicy.yaml",
            "README.md",
            "dist/THIRD-PARTY-LICENSES",
            "dist/index.js",
            "package.json",
        ]);
        assert.ok(packed.bytes < 1024 * 1024, `${packed.bytes} bytes`);
    });

    it("is what publint and attw call well made", () => assertWellMade(packed.tarball));

    it("judges a stranger's stack called production by the restricted profile and waives nothing", async () => {
        const found = await violations(installed, "production");
        assert.ok(found.has("no-host-pid") && found.has("run-as-non-root"), [...found.keys()].join());
        assert.equal(found.has("waivers-in-order"), false);
        assert.equal(found.has("falco-on-every-node"), false);
    });

    it("takes profile, further controls and waivers from the policy configuration", async () => {
        const settings = { profile: "baseline", controls: ["images-pinned-by-digest"], waivers: ["accepted.yaml"] };
        const found = await violations(installed, "dev", { "hardening-settings": settings });
        assert.deepEqual([...found.keys()], ["images-pinned-by-digest"]);
    });

    it("says all that is wrong with its settings, and goes by its defaults then", async () => {
        const settings = { profile: "baseline", controls: ["no-such"], waivers: ["broken.yaml"] };
        const found = await violations(installed, "dev", { "hardening-settings": settings });
        assert.match(found.get("hardening-settings") ?? "", /broken\.yaml/);
        assert.ok(found.has("run-as-non-root"));
    });

    it("loads from a folder with the packages it names, as pulumi policy publish packs it", async () => {
        const own = join(folder, "own");
        mkdirSync(own);
        await runProgram("tar", ["--extract", "--strip-components=1", "--file", packed.tarball], { cwd: own });
        cpSync(join(consumer, "node_modules"), join(own, "node_modules"), { recursive: true });
        assert.ok((await violations(own, "dev")).has("no-host-pid"));
    });
});

const PROGRAMS = ["pulumi", "pulumi-language-nodejs"];

describe(`The policy pack under the official engine${skipNote(PROGRAMS)}`, function () {
    this.timeout(900_000);
    const folder = scratch();

    it("stops a preview of a program that breaks it, and passes one whose fault is waived", async function () {
        if (missingPrograms(PROGRAMS).length > 0) {
            this.skip();
        }
        const { tarball } = await pack("policy-pack", folder);
        const state = join(folder, "state");
        mkdirSync(state);
        project(folder, {
            "Pulumi.yaml": "name: shop\nruntime: nodejs\nmain: index.js\n",
            "index.js": `const pulumi = require("@pulumi/pulumi");
class Pod extends pulumi.ComponentResource {
    constructor(name, args) { super("kubernetes:core/v1:Pod", name, args); this.registerOutputs(args); }
}
new Pod("web", ${JSON.stringify(POD)});
`,
        });
        await install(folder, [tarball]);
        const env = {
            // This Node.js, and not npm's own `pulumi`, which is a launcher that downloads a CLI.
            PATH: [dirname(process.execPath), ...searchPath()].join(delimiter),
            PWD: folder,
            PULUMI_HOME: join(folder, "home"),
            PULUMI_BACKEND_URL: `file://${state}`,
            PULUMI_CONFIG_PASSPHRASE: "only for a test",
            PULUMI_SKIP_UPDATE_CHECK: "true",
        };
        const pulumi = (...args: string[]) =>
            runProgram(findBinary("pulumi", searchPath()) ?? "", [...args, "--non-interactive"], { cwd: folder, env });
        assert.equal((await pulumi("stack", "init", "production")).code, 0);
        const stopped = await pulumi("preview", "--policy-pack", "node_modules/@x0tta6bl4/hardening-policies");
        assert.notEqual(stopped.code, 0);
        assert.match(stopped.output, /no-host-pid/);

        writeFileSync(join(folder, "accepted.yaml"), WAIVER);
        const settings = { "hardening-settings": { profile: "baseline", waivers: ["accepted.yaml"] } };
        writeFileSync(join(folder, "policies.json"), JSON.stringify(settings));
        const chosen = ["--policy-pack", "node_modules/@x0tta6bl4/hardening-policies"];
        const passed = await pulumi("preview", ...chosen, "--policy-pack-config", "policies.json");
        assert.equal(passed.code, 0, passed.output);
    });
});
