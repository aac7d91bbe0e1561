import { exposesSocket, isSensitiveDirectory } from "../../kubernetes/host-paths";
import { hostOf } from "../containers";
import type { EdgeFamily } from "../edge";
import { hostMountsOf } from "../host-mounts";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";

export const hostPathWrite: EdgeFamily = {
    name: "host-path-write",
    title: "write a file that the node runs or trusts",
    technique: TECHNIQUES.escape,
    needs: "a user in the container that may write there on the node, mostly root",
    cut: {
        effort: "change",
        remedy: "Mount the directory read-only, or only the part of it that the program needs.",
        control: "no-sensitive-host-mounts",
    },
    find: (landscape) =>
        eachPod(landscape, function* (pod) {
            for (const { directory, writable, object, field } of hostMountsOf(landscape.stack, pod)) {
                // The socket is an edge of its own, and harder to take away.
                if (writable && isSensitiveDirectory(directory) && !exposesSocket(directory)) {
                    const reason = `${directory} of the node is writable`;
                    yield { from: landscape.pod(pod), to: hostOf(landscape, pod), object, field, reason };
                }
            }
        }),
};
