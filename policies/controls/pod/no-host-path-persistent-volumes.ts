import { pattern } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist } from "../../engine/frameworks";
import { isObj, obj, str } from "../../kubernetes/kube";

/**
 * Where no disk of a volume is mounted: the root and the system's directories (Filesystem Hierarchy Standard 3.0). What is
 * mounted below /mnt, /media, /srv, /opt, /data, /home or another directory of /var is a matter of setup.
 */
const NO_DISK =
    /^\/+(?:$|(?:bin|boot|dev|etc|lib\w*|proc|root|run|sbin|sys|tmp|usr)(?:\/|$)|(?:home|opt|var)\/*$|var\/+(?:cache|lib|log|run|spool|tmp)\/*$|var\/+(?:run|lib\/+(?:kubelet|etcd|containerd|docker|rancher|cni|dockershim))(?:\/|$))/;
/** A step that leads elsewhere than it says. */
const DOTS = /\/\.\.?(?:\/|$)/;

export const noHostPathPersistentVolumes = objectControl({
    name: "no-host-path-persistent-volumes",
    description: "No PersistentVolume is a directory of a node, other than a disk that is mounted there.",
    why: "Through such a volume a pod reaches the node's files without a hostPath of its own that a policy could see.",
    severity: "high",
    covers: ["pod.hostpath-pv"],
    frameworks: [...mitre("T1611"), ...nist("AC-6", "SC-39"), ...checklist("CTR-7")],
    remediation: "Use a CSI driver, or a local volume whose node affinity the scheduler respects.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: ["PersistentVolume"],
    admission: {
        expression: `object.kind != 'PersistentVolume' || (!has(object.spec.hostPath) && !has(object.spec.flexVolume) &&
 ![${pattern(NO_DISK)}, ${pattern(DOTS)}].exists(p, ('/' + object.spec.?local.?path.orValue('/mnt/a')).matches(p)))`,
    },
    *check(object) {
        const { hostPath, flexVolume, local } = obj(object.body["spec"]);
        const directory = isObj(local) ? str(local["path"]) : undefined;
        if (isObj(hostPath)) {
            const path = `${object.prefix}spec.hostPath`;
            yield { path, message: `${path} is "${str(hostPath["path"])}" of a node. Use another kind of volume.` };
        }
        if (directory !== undefined && [NO_DISK, DOTS].some((pattern) => pattern.test(`/${directory}`))) {
            const path = `${object.prefix}spec.local.path`;
            yield {
                path,
                message: `${path} is "${directory}", which no disk of its own is. Name where the disk is mounted.`,
            };
        }
        if (isObj(flexVolume)) {
            const path = `${object.prefix}spec.flexVolume.driver`;
            yield {
                path,
                message: `${path} is "${str(flexVolume["driver"])}", a program of the node's. Use a CSI driver.`,
            };
        }
    },
});
