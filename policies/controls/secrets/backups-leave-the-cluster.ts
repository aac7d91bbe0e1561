import type { Fault } from "../../engine/control";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { list, obj, str } from "../../kubernetes/kube";

export const backupsLeaveTheCluster = objectControl({
    name: "backups-leave-the-cluster",
    description: "Every backup is exported out of the cluster, to storage that nobody can overwrite.",
    why: "Who encrypts a platform for ransom deletes its backups first.",
    severity: "medium",
    covers: ["sec.backup"],
    frameworks: [...mitre("T1485", "T1490"), ...nist("CP-9", "CP-9(8)"), ...soc2("A1.2"), ...checklist("CMP-5")],
    remediation: "Add an export action to the policy, and a protection period to the location.",
    profiles: ["x0tta6bl4"],
    kinds: [
        "config.kio.kasten.io/Policy",
        "config.kio.kasten.io/Profile",
        "velero.io/Schedule",
        "velero.io/BackupStorageLocation",
    ],
    *check(object) {
        const spec = obj(object.body["spec"]);
        const at = `${object.prefix}spec`;
        switch (object.kind) {
            case "Policy":
                yield* policyFaults(object);
                break;
            case "Profile": {
                const path = `${at}.locationSpec.objectStore.protectionPeriod`;
                const location = obj(spec["locationSpec"]);
                const period = str(obj(location["objectStore"])["protectionPeriod"]);
                if (spec["type"] !== "Infra" && location["objectStore"] !== undefined && period === "") {
                    yield { path, message: `${path} is unset, so exports can be overwritten. Set it.`, absent: true };
                }
                break;
            }
            case "Schedule": {
                const path = `${at}.paused`;
                if (spec["paused"] === true) {
                    yield { path, message: `${path} is true, so no backup is made. Remove it.` };
                }
                break;
            }
            default:
                break;
        }
    },
    admission: { none: "The kinds are custom resources of backup tools that not every cluster has." },
});

function* policyFaults(policy: KubeObject): Iterable<Fault> {
    const path = `${policy.prefix}spec.actions`;
    const actions = list(obj(policy.body["spec"])["actions"]).map((action) => str(obj(action)["action"]));
    if (actions.includes("backup") && !actions.includes("export")) {
        yield { path, message: `${path} make backups and export none. Add the action "export".` };
    }
}
