import assert from "node:assert/strict";

import { Images, imageSettings } from "../../../components/images";
import { oidcPodSpec } from "../../../components/spire/oidc-provider";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../../support/restricted";
import type { Raw } from "../../support/spire";
import { spireOf } from "../../support/spire";

const faults: string[] = [];
const overrides = { "oidc-discovery-provider": { digest: `sha256:${"a".repeat(64)}` } };
const images = new Images(imageSettings.read({ overrides }, "images", faults));

interface Pod extends Raw {
    readonly containers: readonly [Raw];
    readonly volumes: readonly Raw[];
}

function podOf(): Pod {
    assert.deepEqual(faults, []);
    const settings = spireOf({
        server: { jwtIssuer: "https://oidc.x0tta6bl4.io" },
        oidcProvider: { domain: "oidc.x0tta6bl4.io", certificateSecret: "oidc-tls", ingressNamespace: "ingress" },
    });
    assert.ok(settings.oidcProvider);
    return JSON.parse(JSON.stringify(oidcPodSpec({ settings, oidc: settings.oidcProvider, images }))) as Pod;
}

describe("OidcProvider", () => {
    it("satisfies the restricted standard", () => {
        const pod = podOf();
        assert.deepEqual(pod["securityContext"], RESTRICTED_POD);
        assert.deepEqual(pod.containers[0]["securityContext"], RESTRICTED_CONTAINER);
        assert.equal(pod["automountServiceAccountToken"], false);
    });

    it("reads keys over the CSI volume and its web certificate from a Secret, and writes to a scratch directory only", () => {
        const pod = podOf();
        assert.deepEqual(pod.volumes, [
            { name: "config", configMap: { name: "spire-oidc" } },
            { name: "certificate", secret: { secretName: "oidc-tls", defaultMode: 0o440 } },
            { name: "tmp", emptyDir: { sizeLimit: "16Mi" } },
            { name: "spiffe-workload-api", csi: { driver: "csi.spiffe.io", readOnly: true } },
        ]);
        const mounts = pod.containers[0]["volumeMounts"] as { name: string; readOnly?: boolean }[];
        assert.deepEqual(
            mounts.filter(({ readOnly }) => readOnly !== true).map(({ name }) => name),
            ["tmp"],
        );
    });

    it("is judged by its own health listener", () => {
        const [container] = podOf().containers;
        assert.deepEqual(container["readinessProbe"], {
            httpGet: { path: "/ready", port: "health" },
            periodSeconds: 10,
            timeoutSeconds: 5,
        });
        assert.deepEqual(container["ports"], [
            { name: "https", containerPort: 8443 },
            { name: "health", containerPort: 8008 },
        ]);
    });
});
