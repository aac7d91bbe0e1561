import { automountsToken, hasToken, serviceAccountName } from "../../kubernetes/service-accounts";
import { namespaceOf } from "../../kubernetes/stack";
import type { EdgeFamily } from "../edge";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";

export const mountedToken: EdgeFamily = {
    name: "mounted-token",
    title: "read the token of the pod's service account",
    technique: TECHNIQUES.stealToken,
    needs: "nothing more",
    cut: {
        effort: "change",
        remedy: "Set automountServiceAccountToken to false, or give the pod an account of its own with fewer rights.",
        control: "no-token-automount",
    },
    find: (landscape) =>
        eachPod(landscape, function* (pod) {
            const { stack } = landscape;
            if (hasToken(stack, pod)) {
                const field = automountsToken(stack, pod) ? "automountServiceAccountToken" : "volumes";
                yield {
                    from: landscape.pod(pod),
                    to: landscape.node("account", namespaceOf(pod.object), serviceAccountName(pod)),
                    object: pod.object,
                    field: `${pod.prefix}${field}`,
                };
            }
        }),
};
