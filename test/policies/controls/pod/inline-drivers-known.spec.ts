import { inlineDriversKnown } from "../../../../policies/controls/pod/inline-drivers-known";
import { describeControl } from "../../../support/control-suite";

const volume = (driver: string) => ({ pod: { volumes: [{ name: "data", csi: { driver } }] } });
const DEFAULT = "csi.cert-manager.io, csi.spiffe.io, secrets-store.csi.k8s.io, spiffe.csi.cert-manager.io";
const message = (driver: string, drivers = DEFAULT): string =>
    `spec.volumes[0].csi.driver is "${driver}", whose parameters the pod chooses (volume "data"). Use a claim, or one of ${drivers}.`;

describeControl(inlineDriversKnown, {
    refused: {
        "a driver of network shares": { ...volume("nfs.csi.k8s.io"), message: message("nfs.csi.k8s.io") },
        "a volume that names no driver": { pod: { volumes: [{ name: "data", csi: {} }] }, message: message("") },
        "a driver that the stack does not name": {
            ...volume("csi.spiffe.io"),
            params: { drivers: [] },
            message: message("csi.spiffe.io", "none (the list is empty)"),
        },
    },
    allowed: {
        "a driver of identities": volume("csi.spiffe.io"),
        "a driver that the stack names": { ...volume("nfs.csi.k8s.io"), params: { drivers: ["nfs.csi.k8s.io"] } },
        "a claim of such a driver's class": {
            pod: { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "c" } }] },
        },
        "no volumes": {},
    },
});
