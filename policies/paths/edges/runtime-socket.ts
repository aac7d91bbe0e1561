import { exposesSocket } from "../../kubernetes/host-paths";
import { hostOf } from "../containers";
import type { EdgeFamily } from "../edge";
import { hostMountsOf } from "../host-mounts";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";

/** A read-only mount of a socket takes connections all the same: what is read-only is the file system. */
export const runtimeSocket: EdgeFamily = {
    name: "runtime-socket",
    title: "have the container runtime start a privileged container",
    technique: TECHNIQUES.escape,
    needs: "a user in the container that may open the socket, mostly root",
    cut: { effort: "redesign", remedy: "Remove the volume.", control: "no-runtime-socket" },
    find: (landscape) =>
        eachPod(landscape, function* (pod) {
            for (const { directory, object, field } of hostMountsOf(landscape.stack, pod)) {
                if (exposesSocket(directory)) {
                    const reason = `${directory} of the node is or holds the runtime's socket`;
                    yield { from: landscape.pod(pod), to: hostOf(landscape, pod), object, field, reason };
                }
            }
        }),
};
