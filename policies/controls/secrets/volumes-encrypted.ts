import { texts } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, gdpr, mitre, nist, soc2 } from "../../engine/frameworks";
import { obj, str } from "../../kubernetes/kube";
import { show } from "../../text";

interface Encryption {
    readonly provisioners: readonly string[];
    /** Parameters of which one has to be set, to `true` where it is a switch. */
    readonly parameters: readonly string[];
    readonly isSwitch: boolean;
}

/** How the storage drivers of the large clouds are told to encrypt. Of others nothing is known, so nothing is said. */
const DRIVERS: readonly Encryption[] = [
    {
        provisioners: ["ebs.csi.aws.com", "kubernetes.io/aws-ebs", "ebs.csi.eks.amazonaws.com"],
        parameters: ["encrypted"],
        isSwitch: true,
    },
    { provisioners: ["efs.csi.aws.com"], parameters: ["encryptInTransit", "encrypted"], isSwitch: true },
    {
        provisioners: ["disk.csi.azure.com", "kubernetes.io/azure-disk"],
        parameters: ["diskEncryptionSetID", "diskencryptionsetid"],
        isSwitch: false,
    },
    {
        provisioners: ["pd.csi.storage.gke.io", "kubernetes.io/gce-pd"],
        parameters: ["disk-encryption-kms-key"],
        isSwitch: false,
    },
    { provisioners: ["diskplugin.csi.alibabacloud.com"], parameters: ["encrypted"], isSwitch: true },
    { provisioners: ["driver.longhorn.io"], parameters: ["encrypted"], isSwitch: true },
    { provisioners: ["rbd.csi.ceph.com", "rook-ceph.rbd.csi.ceph.com"], parameters: ["encrypted"], isSwitch: true },
];

/** Says whether the parameters of a provisioner are known. */
export function isKnownProvisioner(name: string): boolean {
    return DRIVERS.some(({ provisioners }) => provisioners.includes(name));
}

export const volumesEncrypted = objectControl({
    name: "volumes-encrypted",
    description: "Every StorageClass makes encrypted volumes.",
    why: "A disk that is copied, detached or thrown away is read by whoever gets hold of it.",
    severity: "medium",
    covers: ["sec.pv-encryption"],
    frameworks: [
        ...mitre("T1530"),
        ...nist("SC-28", "SC-28(1)"),
        ...soc2("CC6.1"),
        ...gdpr("32"),
        ...checklist("SEC-5"),
    ],
    remediation: "Set the driver's encryption parameter, with a key of your own where it takes one.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: ["storage.k8s.io/StorageClass"],
    *check(storageClass) {
        const provisioner = str(storageClass.body["provisioner"]);
        const driver = DRIVERS.find(({ provisioners }) => provisioners.includes(provisioner));
        const parameters = obj(storageClass.body["parameters"]);
        const isSet = driver?.parameters.some((name) => {
            const value = show(parameters[name] ?? "");
            return driver.isSwitch ? value.toLowerCase() === "true" : value !== "";
        });
        if (driver !== undefined && isSet !== true) {
            const path = `${storageClass.prefix}parameters.${driver.parameters[0]}`;
            yield {
                path,
                message: `${path} is not ${driver.isSwitch ? '"true"' : "set"}, so volumes of ${provisioner} are not encrypted with a key of your own. Set it.`,
                absent: parameters[driver.parameters[0] ?? ""] === undefined,
                // These clouds encrypt every disk; without the parameter it is with a key of theirs.
                ...(!driver.isSwitch && { covers: [] }),
            };
        }
    },
    admission: {
        expression: DRIVERS.map(({ provisioners, parameters, isSwitch }) => {
            const value = "object.?parameters.orValue({})[?p].orValue('')";
            const isGood = isSwitch ? `${value}.lowerAscii() == 'true'` : `${value} != ''`;
            return `(!(object.provisioner in ${texts(provisioners)}) || ${texts(parameters)}.exists(p, ${isGood}))`;
        }).join(" &&\n"),
    },
});
