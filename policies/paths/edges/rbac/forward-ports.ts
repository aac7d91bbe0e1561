import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { right } from "./rights";
import { placeOf } from "./targets";

export const forwardPorts = rbacFamily({
    name: "forward-ports",
    title: "reach the ports of pods through the API server",
    technique: TECHNIQUES.exploitRemote,
    needs: "a flaw in a program that listens",
    flaw: true,
    rights: [
        right("", ["pods/portforward", "pods/proxy", "services/proxy"], ["create", "get", "update", "patch", "delete"]),
    ],
    leadsTo: placeOf("pods"),
    cut: { remedy: "Take the subresource out of the role.", control: "no-port-forward" },
});
