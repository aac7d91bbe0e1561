import { imageName } from "../containers";
import type { EdgeFamily } from "../edge";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";

/** What each program of SPIRE holds of the trust domain, by the name of its image. */
const HOLDS: Readonly<Record<string, string>> = {
    "spire-server": "the server signs any identity, and its administrator's socket registers any",
    "spire-agent": "the agent holds the keys of every workload on its node",
    "spire-controller-manager": "the controller manager registers any identity at the server",
};

export const spireTrust: EdgeFamily = {
    name: "spire-trust",
    title: "have SPIRE issue identities",
    technique: TECHNIQUES.forgeCertificates,
    needs: "nothing more",
    cut: { effort: "never", remedy: "" },
    find: (landscape) =>
        eachPod(landscape, function* (pod) {
            for (const container of pod.containers) {
                const name = imageName(container);
                const reason = Object.hasOwn(HOLDS, name) ? HOLDS[name] : undefined;
                if (reason !== undefined) {
                    const [from, to] = [landscape.pod(pod), landscape.node("identities")];
                    yield { from, to, object: pod.object, field: `${container.path}.image`, reason };
                }
            }
        }),
};
