import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { placeOf } from "./targets";

export const forwardPorts = rbacFamily({
    name: "forward-ports",
    title: "reach the ports of pods through the API server",
    technique: TECHNIQUES.exploitRemote,
    needs: "a flaw in a program that listens",
    flaw: true,
    rights: [
        {
            ways: [
                {
                    resources: { "": ["pods/portforward", "pods/proxy", "services/proxy"] },
                    verbs: ["create", "get", "update", "patch", "delete"],
                },
            ],
        },
    ],
    leadsTo: placeOf("pods"),
    cut: { remedy: "Take the subresource out of the role.", control: "no-port-forward" },
});
