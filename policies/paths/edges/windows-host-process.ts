import { obj } from "../../kubernetes/kube";
import { hostOf } from "../containers";
import type { EdgeFamily } from "../edge";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";
import { join } from "../../kubernetes/walk";

export const windowsHostProcess: EdgeFamily = {
    name: "windows-host-process",
    title: "act as the Windows node itself",
    technique: TECHNIQUES.escape,
    needs: "nothing more",
    cut: {
        effort: "redesign",
        remedy: "Unset securityContext.windowsOptions.hostProcess.",
        control: "no-windows-host-process",
    },
    find: (landscape) =>
        eachPod(landscape, function* (pod) {
            const places = [{ path: pod.path, securityContext: pod.securityContext }, ...pod.containers];
            for (const { path, securityContext } of places) {
                if (obj(securityContext["windowsOptions"])["hostProcess"] === true) {
                    yield {
                        from: landscape.pod(pod),
                        to: hostOf(landscape, pod),
                        object: pod.object,
                        field: `${join(path, "securityContext")}.windowsOptions.hostProcess`,
                    };
                }
            }
        }),
};
