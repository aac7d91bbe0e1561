import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { clusterRight } from "./rights";
import { always } from "./targets";

/** The kubelet runs commands for whoever may `get` nodes/proxy: it takes a WebSocket's GET for reading. */
export const kubeletApi = rbacFamily({
    name: "kubelet-api",
    title: "run commands in every pod through the kubelets",
    technique: TECHNIQUES.administer,
    needs: "to reach a kubelet, directly or through the API server",
    rights: [clusterRight("", ["nodes/proxy"], ["get", "create"])],
    leadsTo: always("pods"),
    cut: { remedy: "Grant nodes/metrics, nodes/stats or nodes/pods in its place.", control: "no-node-proxy" },
});
