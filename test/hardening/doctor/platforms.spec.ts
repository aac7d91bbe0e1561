import assert from "node:assert/strict";

import { examine } from "../../../hardening/doctor";
import { seenSettings } from "../../../hardening/doctor/settings";
import { Expected } from "../../../hardening/verify/expected";
import type { Body } from "../../../policies/kubernetes/kube";
import type { PlatformName } from "../../../policies/platforms";
import { PLATFORM_NAMES, platformOf } from "../../../policies/platforms";
import { patient, UID } from "../../support/doctor";
import { FakeCluster, verdictsOn } from "../../support/fake-cluster";
import { clusterOf, shownBy } from "../../support/platform-clusters";

const NOT_SEEN: Partial<Record<PlatformName, readonly string[]>> = { generic: ["platform"], k3s: ["networkEngine"] };
/** Where the default network of a platform is not what enforces for sure. */
const NETWORK: Partial<Record<PlatformName, string>> = {
    kubeadm: "missing network-policies-enforced: DaemonSet kube-flannel-ds enforces none",
    eks: "unknown network-policies-enforced: DaemonSet aws-node enforces them only where it is told to, or new enough to",
    k3s: "unknown network-policies-enforced: cluster runs no network plugin that is known by its DaemonSet",
    talos: "missing network-policies-enforced: DaemonSet kube-flannel enforces none",
    kind: "unknown network-policies-enforced: DaemonSet kindnet enforces them only where it is told to, or new enough to",
};

async function open(platform: PlatformName, settings: Body): Promise<readonly string[]> {
    const diagnoses = await examine(clusterOf(platform), patient(settings));
    return diagnoses.flatMap(({ question, answers }) =>
        answers
            .filter(({ status }) => status !== "ok")
            .map(({ status, subject, found }) => `${status} ${question.name}: ${subject} ${found}`),
    );
}

async function assumed(platform: PlatformName, settings: Body): Promise<readonly string[]> {
    const cluster = new FakeCluster();
    Object.assign(cluster.lists, shownBy(platform));
    return verdictsOn(new Expected("live", [], settings), "cluster-as-assumed", cluster);
}

describe("clusters of each platform", () => {
    for (const platform of PLATFORM_NAMES) {
        const { title, apiServerPorts, networkEngine } = platformOf(platform);

        it(`${title}: the doctor writes the settings that it sees, and says which it doesn't`, async () => {
            const { seen, unseen } = await seenSettings(clusterOf(platform));
            assert.deepEqual(unseen, NOT_SEEN[platform] ?? []);
            const { apiServer, ...rest } = seen as { apiServer: { cidrs: string[]; ports: number[] } };
            assert.deepEqual(rest, {
                identity: UID,
                nodes: 4,
                ...(unseen.includes("platform") ? {} : { platform }),
                // Cilium and Calico are choices on many; what runs here is the default, or flannel where that is.
                ...(unseen.includes("networkEngine") ? {} : { networkEngine }),
            });
            assert.deepEqual(apiServer.cidrs, ["10.0.0.3/32"]);
            assert.ok(apiServer.ports.every((port) => apiServerPorts.includes(port as never)));
        });

        it(`${title}: a stack that takes them over lacks nothing but what its network may not do`, async () => {
            const { seen } = await seenSettings(clusterOf(platform));
            const wrong = await open(platform, seen);
            assert.deepEqual(
                wrong.filter((line) => !line.startsWith("unknown platform-set:")),
                NETWORK[platform] === undefined ? [] : [NETWORK[platform]],
            );
            assert.equal(
                wrong.some((line) => line.startsWith("unknown platform-set:")),
                platform === "generic",
            );
        });

        it(`${title}: a stack for another one is told so, before and after it is deployed`, async () => {
            const other = platform === "k0s" ? "microk8s" : "k0s";
            const before = (await open(platform, { platform: other })).filter((line) => line.includes("platform-set"));
            const after = (await assumed(platform, { platform: other })).filter((line) =>
                line.includes("cluster.platform"),
            );
            const follows =
                "where names are resolved, the paths of the kubelet and the runtime, quotas and policies follow from it (docs/platforms.md)";
            const none = "show no platform that is known, or several; cluster.platform is k0s";
            assert.deepEqual(
                [...before, ...after],
                platform === "generic"
                    ? [`unknown platform-set: nodes ${none}`, `unknown nodes: ${none}`]
                    : [
                          `missing platform-set: nodes are of ${title}; cluster.platform is ${other}`,
                          `failed nodes: are of ${title}, and cluster.platform is ${other}: ${follows}`,
                      ],
            );
        });

        it(`${title}: verify proves what the stack assumes where it is so`, async () => {
            const verdicts = await assumed(platform, { platform });
            assert.deepEqual(
                verdicts.filter((line) => !line.startsWith("proved")),
                [],
            );
            assert.ok(verdicts.length > 0);
        });
    }

    it("with another engine than policies are written for are told so by verify", async () => {
        assert.ok(
            (await assumed("gke", { platform: "gke", networkEngine: "calico" })).includes(
                "failed DaemonSet anetd: is cilium's, and policies are written for calico: the API server and the nodes are not reached",
            ),
        );
        assert.ok(
            (await assumed("rke2", { platform: "rke2", networkEngine: "cilium" })).includes(
                "failed DaemonSet rke2-canal: is calico's, and policies are written for cilium: the API server and the nodes are not reached",
            ),
        );
    });
});
