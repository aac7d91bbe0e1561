import { literal, pattern, spelled, texts } from "../../engine/cel";
import type { Fault } from "../../engine/control";
import { podControl } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import { normalised } from "../../kubernetes/host-paths";
import type { Body } from "../../kubernetes/kube";
import { isObj, list, obj, str } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";
import type { PodView } from "../../kubernetes/pods";
import { serviceAccountName } from "../../kubernetes/service-accounts";
import { SOCKET_DIRECTORY, SPIFFE_CSI_DRIVER } from "../../kubernetes/workload-api";

const OWNERS: readonly string[] = ["spire-agent", "spiffe-csi-driver"];

export const workloadApiThroughCsi = podControl({
    name: "workload-api-through-csi",
    description: "Pods get the SPIFFE Workload API through the CSI driver, read-only.",
    why: "A hostPath to the socket's directory needs privileged pods, breaks when the agent restarts, and lets a pod put a socket of its own there.",
    severity: "high",
    covers: [],
    frameworks: [...mitre("T1611", "T1557"), ...nist("AC-6", "SC-8"), ...checklist("ZT-2", "P0-1.4")],
    remediation: `Use the volume {csi: {driver: ${SPIFFE_CSI_DRIVER}, readOnly: true}} and mount it read-only.`,
    profiles: ["x0tta6bl4"],
    *check(pod) {
        for (const [index, value] of list(pod.spec["volumes"]).entries()) {
            const volume = obj(value);
            const path = `${pod.prefix}volumes[${index}]`;
            const directory = isObj(volume["hostPath"]) ? normalised(str(volume["hostPath"]["path"])) : "";
            if (SOCKET_DIRECTORY.test(directory) && !OWNERS.includes(serviceAccountName(pod))) {
                yield {
                    path: `${path}.hostPath.path`,
                    message: `${path}.hostPath.path is "${directory}", where SPIRE keeps its socket. Use the CSI driver ${SPIFFE_CSI_DRIVER}.`,
                };
            }
            if (obj(volume["csi"])["driver"] === SPIFFE_CSI_DRIVER) {
                yield* csiFaults(pod, path, volume);
            }
        }
    },
    admission: {
        expression: `variables.podSpec == null || variables.podSpec.?volumes.orValue([]).all(v,
 (!has(v.hostPath) || !${spelled("v.hostPath.path")}.matches(${pattern(SOCKET_DIRECTORY)}) ||
  variables.podSpec.?serviceAccountName.orValue('') in ${texts(OWNERS)}) &&
 (!has(v.csi) || v.csi.driver != ${literal(SPIFFE_CSI_DRIVER)} || (v.csi.?readOnly.orValue(false) &&
  variables.containers.all(c, c.?volumeMounts.orValue([]).all(m, m.name != v.name || m.?readOnly.orValue(false))))))`,
    },
});

function* csiFaults(pod: PodView, path: string, volume: Body): Iterable<Fault> {
    if (obj(volume["csi"])["readOnly"] !== true) {
        yield {
            path: `${path}.csi.readOnly`,
            message: `${path}.csi.readOnly is not true; the driver refuses such a volume and the pod never starts. Set it to true.`,
            absent: obj(volume["csi"])["readOnly"] === undefined,
            fix: setField(pod.object, `${path}.csi.readOnly`, true),
            // A pod that does not start has nothing to lose (spiffe-csi-driver, NodePublishVolume).
            safe: true,
        };
    }
    for (const container of pod.containers) {
        for (const [index, mount] of list(container.body["volumeMounts"]).entries()) {
            if (obj(mount)["name"] === volume["name"] && obj(mount)["readOnly"] !== true) {
                const at = `${container.path}.volumeMounts[${index}].readOnly`;
                yield {
                    path: at,
                    container: container.name,
                    message: `${at} is not true (container "${container.name}"). Set it to true.`,
                    absent: obj(mount)["readOnly"] === undefined,
                    // The kubelet mounts what a read-only volume holds read-only in any case (makeMounts), and a read-only mount
                    // keeps nobody from connecting to a socket in it: that asks for files, directories and links only (sb_permission).
                    fix: setField(pod.object, at, true),
                    safe: true,
                };
            }
        }
    }
}
