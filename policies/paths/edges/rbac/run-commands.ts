import { TECHNIQUES } from "../../techniques";
import { rbacFamily } from "./family";
import { thingsOf } from "./targets";

export const runCommands = rbacFamily({
    name: "run-commands",
    title: "run commands in pods",
    technique: TECHNIQUES.administer,
    needs: "nothing more",
    rights: [{ ways: [{ resources: { "": ["pods/exec", "pods/attach"] }, verbs: ["create", "get"] }] }],
    leadsTo: thingsOf("pod"),
    cut: { remedy: "Take pods/exec and pods/attach out of the role.", control: "no-pod-exec" },
});
