import { isWithin } from "../../kubernetes/host-paths";
import { askerOf, authorizerOf } from "../../kubernetes/rbac/authorizer";
import { serviceAccountName } from "../../kubernetes/service-accounts";
import { namespaceOf } from "../../kubernetes/stack";
import { hostOf } from "../containers";
import type { EdgeFamily } from "../edge";
import { hostMountsOf } from "../host-mounts";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";

/** The kubelet serves logs as root and follows links: one in /var/log that points to a key is served like a log. */
export const logSymlink: EdgeFamily = {
    name: "log-symlink",
    title: "have the kubelet serve the node's files by links put where the logs are",
    technique: TECHNIQUES.credentialsInFiles,
    needs: "root in the container",
    cut: { effort: "change", remedy: "Mount /var/log read-only.", control: "host-path-mounts-read-only" },
    find: (landscape) =>
        eachPod(landscape, function* (pod) {
            const { stack } = landscape;
            const namespace = namespaceOf(pod.object);
            for (const { directory, writable, object, field } of hostMountsOf(stack, pod)) {
                if (!writable || !["/var/log", "/var/log/pods"].some((place) => isWithin(directory, place))) {
                    continue;
                }
                const asker = askerOf(namespace, serviceAccountName(pod));
                const readsLogs = [
                    { verb: "get", group: "", resource: "pods", subresource: "log", namespace },
                    { verb: "get", group: "", resource: "nodes", subresource: "proxy" },
                    { verb: "get", group: "", resource: "nodes", subresource: "log" },
                ].some((request) => authorizerOf(stack).allows(asker, request));
                if (readsLogs) {
                    const reason = `${directory} of the node is writable, and the pod's account may read logs`;
                    yield { from: landscape.pod(pod), to: hostOf(landscape, pod), object, field, reason };
                }
            }
        }),
};
