import { podControl } from "../../engine/control";
import { checklist, mitre, nist, nsa } from "../../engine/frameworks";
import { hostPathsOf } from "../../kubernetes/host-paths";
import { list, obj, str } from "../../kubernetes/kube";
import { setField } from "../../kubernetes/path";

export const hostPathMountsReadOnly = podControl({
    name: "host-path-mounts-read-only",
    description: "Every mount of a directory of the node is read-only.",
    why: "Who can write to the node's files can leave a program that the node starts.",
    severity: "high",
    covers: ["pod.hostpath-readonly"],
    frameworks: [...nsa("Kubernetes Pod security"), ...mitre("T1611"), ...nist("AC-6", "CM-5"), ...checklist("CTR-7")],
    remediation: "Set readOnly to true on the mount.",
    // Our own stacks forbid hostPath volumes altogether: each one needs a waiver of restricted-volume-types.
    profiles: ["nsa"],
    admission: {
        expression: [
            "variables.podSpec == null || variables.podSpec.?volumes.orValue([]).filter(v, has(v.hostPath)).all(v,",
            " variables.containers.all(c, c.?volumeMounts.orValue([]).all(m,",
            "  m.name != v.name || m.?readOnly.orValue(false) == true)))",
        ].join("\n"),
    },
    *check(pod) {
        const directories = new Map(hostPathsOf(pod).map(({ volume, directory }) => [volume, directory]));
        for (const { name, path: at, body } of directories.size === 0 ? [] : pod.containers) {
            for (const [index, mount] of list(body["volumeMounts"]).entries()) {
                const directory = directories.get(str(obj(mount)["name"]));
                if (directory !== undefined && obj(mount)["readOnly"] !== true) {
                    const path = `${at}.volumeMounts[${index}].readOnly`;
                    yield {
                        path,
                        container: name,
                        message: `${path} is not true, and the mount is "${directory}" of the node (container "${name}"). Set it to true.`,
                        fix: setField(pod.object, path, true),
                    };
                }
            }
        }
    },
});
