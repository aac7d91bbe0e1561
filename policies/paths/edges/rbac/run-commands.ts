import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { right } from "./rights";
import { thingsOf } from "./targets";

export const runCommands = rbacFamily({
    name: "run-commands",
    title: "run commands in pods",
    technique: TECHNIQUES.administer,
    needs: "nothing more",
    rights: [right("", ["pods/exec", "pods/attach"], ["create", "get"])],
    leadsTo: thingsOf("pod"),
    cut: { remedy: "Take pods/exec and pods/attach out of the role.", control: "no-pod-exec" },
});
