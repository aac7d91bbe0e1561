import { list, obj } from "../../kubernetes/kube";
import type { EdgeFamily } from "../edge";
import { admitsOutside } from "../outside";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";

export const hostPort: EdgeFamily = {
    name: "host-port",
    title: "take over the program that answers at a port of the node",
    technique: TECHNIQUES.exploitPublic,
    needs: "a node with an address that can be reached, and a flaw in the program",
    cut: { effort: "change", remedy: "Remove hostPort and hostNetwork.", control: "no-host-ports" },
    find: (landscape) =>
        eachPod(landscape, function* (pod) {
            const onHost = pod.spec["hostNetwork"] === true;
            for (const { path, body } of pod.containers) {
                for (const [index, port] of list(body["ports"]).map(obj).entries()) {
                    // NetworkPolicies don't hold for pods of the node's network.
                    if (
                        onHost ||
                        (typeof port["hostPort"] === "number" && admitsOutside(landscape.stack, pod, false))
                    ) {
                        yield {
                            from: landscape.node("internet"),
                            to: landscape.pod(pod),
                            object: pod.object,
                            field: onHost ? `${pod.prefix}hostNetwork` : `${path}.ports[${index}].hostPort`,
                        };
                        break;
                    }
                }
            }
        }),
};
