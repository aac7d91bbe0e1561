import type { EdgeFamily } from "../edge";
import { TECHNIQUES } from "../techniques";

/** Root on a node reads the memory and files of everything on it, and its kubelet may ask for the tokens of those pods. */
export const nodePods: EdgeFamily = {
    name: "node-pods",
    title: "take over the pods that run on the node, with their tokens, Secrets and identities",
    technique: TECHNIQUES.containerApi,
    needs: "that the pod runs on that node, which manifests don't say",
    cut: { effort: "never", remedy: "" },
    *find(landscape) {
        yield { from: landscape.node("node"), to: landscape.node("pods") };
        yield {
            from: landscape.node("control-plane"),
            to: landscape.node("node"),
            reason: "whoever is on one node of the control plane is on a node",
        };
    },
};
