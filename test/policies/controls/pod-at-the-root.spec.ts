import { strict as assert } from "node:assert";

import { evaluate } from "../../../hardening/evaluate";
import { controls } from "../../../policies/controls";
import { selectControls } from "../../../policies/engine/profiles";
import { object } from "../paths/manifests";
import { graphOf } from "../paths/support";

/** A pod's spec that is the whole object, all of whose fields are wrong or missing; `windows` has controls of its own. */
const NAKED = { apiVersion: "x.example/v1", kind: "Thing", metadata: { name: "a", namespace: "shop" } };
const containers = [{ name: "a", image: "b", ports: [{ containerPort: 80 }] }];
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

    it("have edges of attack paths that name them so too", () => {
        const csi = (driver: string, secretProviderClass = "") => ({
            name: driver,
            csi: { driver, volumeAttributes: { secretProviderClass } },
        });
        const volumes = [
            ...FAULTY.volumes,
            csi("csi.spiffe.io"),
            csi("secrets-store.csi.k8s.io", "app"),
            { name: "s", secret: { secretName: "s" } },
            { name: "p", projected: { sources: [{ secret: { name: "s" } }] } },
        ];
        const app = object("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass", "app", {
            spec: { provider: "aws" },
        });
        const id = object(
            "spire.spiffe.io/v1alpha1",
            "ClusterSPIFFEID",
            "all",
            { spec: { spiffeIDTemplate: "x" } },
            "",
        );
        const graphs = [FAULTY, WINDOWS].map((spec) =>
            graphOf({ ...NAKED, containers, ...spec, volumes }, object("v1", "Secret", "s"), app, id),
        );
        const edges = graphs.flatMap((graph) => graph.edges.filter(({ object: at }) => at?.kind === "Thing"));
        for (const family of [
            "secret-provider",
            "mounted-secret",
            "workload-api",
            "host-port",
            "windows-host-process",
        ]) {
            assert.ok(
                edges.some((edge) => edge.family.name === family),
                family,
            );
        }
        assert.deepEqual(
            edges.filter(({ field = "" }) => field.startsWith(".")).map(({ family }) => family.name),
            [],
        );
    });
});
