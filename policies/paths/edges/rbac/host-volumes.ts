import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { clusterRight, RUN_PODS } from "./rights";
import { always } from "./targets";

/** A claim is a volume that every Pod Security level admits, whatever the volume behind it is. */
export const hostVolumes = rbacFamily({
    name: "host-volumes",
    title: "make a volume of the node's own files and mount it by a claim",
    technique: TECHNIQUES.escape,
    needs: "a claim of their own, or one that is waiting",
    rights: [RUN_PODS, clusterRight("", ["persistentvolumes"], ["create"])],
    leadsTo: always("control-plane"),
    cut: {
        remedy: "Leave volumes to a provisioner that nobody else can act as.",
        control: "no-persistent-volume-creation",
    },
});
