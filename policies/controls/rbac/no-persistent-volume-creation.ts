import { checklist, cis, mitre, nist, soc2 } from "../../engine/frameworks";
import { grantControl } from "./rules";

export const noPersistentVolumeCreation = grantControl({
    name: "no-persistent-volume-creation",
    description: "No role may create PersistentVolumes.",
    why: "A PersistentVolume of type hostPath opens the file system of a node to whoever claims it, past Pod Security.",
    severity: "high",
    covers: ["rbac.create-pv"],
    frameworks: [...cis("5.1.9"), ...mitre("T1611"), ...nist("AC-6"), ...soc2("CC6.3"), ...checklist("ACC-3")],
    remediation: "Let a StorageClass provision volumes and remove create on persistentvolumes.",
    profiles: ["cis", "x0tta6bl4"],
    power: "createVolumes",
    advice: "Let a StorageClass provision volumes.",
});
