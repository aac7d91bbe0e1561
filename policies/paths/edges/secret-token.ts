import { str } from "../../kubernetes/kube";
import { namespaceOf } from "../../kubernetes/stack";
import type { EdgeFamily } from "../edge";
import { TECHNIQUES } from "../techniques";

export const secretToken: EdgeFamily = {
    name: "secret-token",
    title: "use the token of a service account that a Secret holds",
    technique: TECHNIQUES.stealToken,
    needs: "nothing more",
    cut: {
        effort: "change",
        remedy: "Delete the Secret and ask for tokens that expire (TokenRequest).",
        control: "no-long-lived-tokens",
    },
    find: (landscape) =>
        landscape.eachObject(landscape.stack.ofKind("Secret"), function* (object) {
            const namespace = namespaceOf(object);
            const secret = landscape.node("secret", namespace, object.name, object);
            const account = str(object.annotations["kubernetes.io/service-account.name"]);
            if (object.body["type"] === "kubernetes.io/service-account-token" && account !== "") {
                const to = landscape.node("account", namespace, account);
                yield { from: secret, to, object, field: `${object.prefix}type` };
            }
        }),
};
