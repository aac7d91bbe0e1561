import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { load } from "js-yaml";

import { AGENT_PATHS, CSI_DRIVER_NAME } from "../../../components/spire/layout";
import { evaluate } from "../../../hardening/evaluate";
import { controls } from "../../../policies/controls";
import { ExceptionBook } from "../../../policies/engine/exceptions";
import { selectControls } from "../../../policies/engine/profiles";
import type { Injection } from "../../support/injected";
import { injectedPod } from "../../support/injected";

const DIGEST = `@sha256:${"1".repeat(64)}`;
const WORKLOAD = {
    app: "web",
    namespace: "shop",
    image: `ghcr.io/acme/web:1${DIGEST}`,
    version: "1",
    port: 8080,
    metricsPort: 9090,
    metricsPath: "/metrics",
    owner: "team",
};

/** The controls that a pod as the injector leaves it is refused by at admission. */
function refusedBy(injection: Injection): readonly string[] {
    const props = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "web-1", namespace: "shop", labels: { app: "web", owner: "team" } },
        spec: injectedPod(WORKLOAD, injection),
    };
    const selected = selectControls(controls, "x0tta6bl4");
    const { findings } = evaluate([[{ source: "", document: 0, type: "kubernetes:core/v1:Pod", props }]], {
        selected,
        waivers: [],
        exceptions: new ExceptionBook([]),
        now: new Date(0),
    });
    // What only advises warns at admission too; a Namespace that is not judged here is there in the cluster.
    const denying = selected.filter(({ enforcement }) => enforcement === "mandatory").map(({ control }) => control);
    const twins = new Set(
        denying.filter(({ admission = { none: "" } }) => !("none" in admission)).map(({ name }) => name),
    );
    const broken = findings.filter(({ status }) => status === "violation").map(({ control }) => control);
    return [...new Set(broken)].filter((name) => twins.has(name)).sort();
}

describe("the proxy that Istio injects", () => {
    it("is admitted with a pinned image where the CNI plugin sets up the network", () => {
        assert.deepEqual(refusedBy({ image: `docker.io/istio/proxyv2:1.29.0${DIGEST}`, cni: true }), []);
    });

    it("is refused without a digest", () => {
        assert.deepEqual(refusedBy({ image: "docker.io/istio/proxyv2:1.29.0", cni: true }), [
            "images-pinned-by-digest",
        ]);
    });

    it("is refused where it sets up the network itself", () => {
        const refused = refusedBy({ image: `docker.io/istio/proxyv2:1.29.0${DIGEST}`, cni: false });
        for (const control of ["no-root-user", "run-as-non-root", "drop-all-capabilities"]) {
            assert.ok(refused.includes(control), `${control} of ${refused.join()}`);
        }
    });

    it("finds SPIRE by the template that docs/mesh.md gives", () => {
        const text = readFileSync("docs/mesh.md", "utf8");
        const values = [...text.matchAll(/```yaml\n(.*?)```/gs)]
            .map(([, yaml = ""]) => load(yaml) as Record<string, { templates?: { spire?: string } }>)
            .find((block) => block["sidecarInjectorWebhook"] !== undefined);
        const { spec } = load(values?.["sidecarInjectorWebhook"]?.templates?.spire ?? "") as {
            spec: { initContainers: readonly object[]; volumes: readonly object[] };
        };
        const name = "workload-socket";
        assert.deepEqual(spec, {
            initContainers: [
                {
                    name: "istio-proxy",
                    volumeMounts: [{ name, mountPath: "/run/secrets/workload-spiffe-uds", readOnly: true }],
                },
            ],
            volumes: [{ name, csi: { driver: CSI_DRIVER_NAME, readOnly: true } }],
        });
        assert.ok(text.includes(`WORKLOAD_IDENTITY_SOCKET_FILE: ${AGENT_PATHS.socketFile}`));
    });
});
