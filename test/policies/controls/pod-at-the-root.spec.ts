import { strict as assert } from "node:assert";

import { evaluate } from "../../../hardening/evaluate";
import { controls } from "../../../policies/controls";
import { selectControls } from "../../../policies/engine/profiles";

/** A pod's spec that is the whole object, all of whose fields are wrong or missing; `windows` has controls of its own. */
const NAKED = { apiVersion: "x.example/v1", kind: "Thing", metadata: { name: "a", namespace: "shop" } };
const containers = [{ name: "a", image: "b" }];
const FAULTY = {
    hostPID: true,
    hostNetwork: true,
    securityContext: {
        runAsUser: 0,
        seLinuxOptions: { user: "x" },
        appArmorProfile: { type: "Unconfined" },
        sysctls: [{ name: "kernel.core_pattern", value: "|x" }],
    },
    volumes: [{ name: "v", hostPath: { path: "/" } }],
};
const WINDOWS = {
    os: { name: "windows" },
    securityContext: { windowsOptions: { hostProcess: true, runAsUserName: "NT AUTHORITY\\SYSTEM" } },
};

describe("pods whose spec is the whole object", () => {
    for (const [name, spec] of Object.entries({ naked: {}, faulty: FAULTY, windows: WINDOWS })) {
        it(`have fields that controls name by paths that begin with none: ${name}`, () => {
            const props = { ...NAKED, ...spec, containers };
            const resource = { source: "a.yaml", document: 0, type: "kubernetes:x.example/v1:Thing", props };
            const { findings, failures } = evaluate([[resource]], {
                selected: selectControls(controls, "all"),
                waivers: [],
                now: new Date(0),
            });
            assert.deepEqual(failures, []);
            assert.ok(findings.length > 0);
            const odd = findings.filter(({ path, message }) => path.startsWith(".") || /(?:: | )\.[a-z]/.test(message));
            assert.deepEqual(
                odd.map(({ control, path }) => [control, path]),
                [],
            );
        });
    }
});
