import { texts } from "../../engine/cel";
import { podControl } from "../../engine/control";
import { checklist, cis, mitre, nist, nsa, pss } from "../../engine/frameworks";
import { isObj, list, obj, str } from "../../kubernetes/kube";

const SLUG = "pod.volume-types";
/** What a hostPath volume breaks too; the control takes the baseline one's place in a profile. */
const BASELINE_SLUG = "pod.hostpath-volume";

const ALLOWED: readonly string[] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

export const restrictedVolumeTypes = podControl({
    name: "restricted-volume-types",
    description: "No pod mounts a volume of a type that reaches the node or storage the cluster doesn't manage.",
    why: "Such a volume reaches the node's disk or a storage server with what the pod's author writes down, past every storage policy.",
    severity: "medium",
    covers: [SLUG, BASELINE_SLUG],
    frameworks: [
        ...pss("restricted/restrictedVolumes"),
        ...cis("5.2.11"),
        ...nsa("Kubernetes Pod security"),
        ...mitre("T1611"),
        ...nist("AC-6", "CM-7"),
        ...checklist("CTR-7"),
    ],
    remediation: `Use one of ${ALLOWED.join(", ")}.`,
    profiles: ["restricted", "cis", "nsa", "x0tta6bl4"],
    supersedes: ["no-host-path-volumes"],
    admission: {
        expression: [
            "variables.podSpec == null || variables.podSpec.?volumes.orValue([]).all(v,",
            ` v.all(k, k == 'name') || v.exists(k, k in ${texts(ALLOWED)}))`,
        ].join("\n"),
    },
    *check(pod) {
        for (const [index, entry] of list(pod.spec["volumes"]).entries()) {
            const volume = obj(entry);
            const sources = Object.keys(volume).filter((key) => key !== "name" && isObj(volume[key]));
            // The API makes an emptyDir of a volume with no source.
            if (sources.length === 0 || sources.some((source) => ALLOWED.includes(source))) {
                continue;
            }
            for (const source of sources) {
                const path = `${pod.prefix}volumes[${index}].${source}`;
                yield {
                    path,
                    covers: source === "hostPath" ? [SLUG, BASELINE_SLUG] : [SLUG],
                    message: `${path} is of a type that isn't allowed (volume "${str(volume["name"])}"). Use ${ALLOWED.slice(0, -1).join(", ")} or ${ALLOWED.at(-1)}.`,
                };
            }
        }
    },
});
