import type { EdgeFamily } from "../edge";
import { TECHNIQUES } from "../techniques";

export const controlPlaneKeys: EdgeFamily = {
    name: "control-plane-keys",
    title: "use the keys of the API server and of etcd, which lie on nodes of the control plane",
    technique: TECHNIQUES.privateKeys,
    needs: "a control plane on nodes of the cluster; a managed one has none",
    cut: { effort: "never", remedy: "" },
    *find(landscape) {
        yield { from: landscape.node("control-plane"), to: landscape.node("cluster-admin") };
    },
};
