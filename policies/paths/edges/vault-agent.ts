import { str } from "../../kubernetes/kube";
import { serviceAccountName } from "../../kubernetes/service-accounts";
import { namespaceOf } from "../../kubernetes/stack";
import type { EdgeFamily } from "../edge";
import { TECHNIQUES } from "../techniques";
import { eachPod } from "./pods";
import { principalNode } from "./secret-store";

/** Annotations by which the Vault Agent Injector is told how a pod logs in ("Agent Sidecar Injector annotations"). */
const ROLE = "vault.hashicorp.com/role";
const SERVER = "vault.hashicorp.com/service";
const AUTH_PATH = "vault.hashicorp.com/auth-path";

/** The role is for the account of the pod: its token opens Vault, whether or not an agent was asked for. */
export const vaultAgent: EdgeFamily = {
    name: "vault-agent",
    title: "log in to Vault as the pod's agent does",
    technique: TECHNIQUES.secretStores,
    needs: "to reach Vault, and that the role is for the account, as the annotation means it to be",
    cut: {
        effort: "redesign",
        remedy: "Give the role no more than this workload needs, or another one to each workload.",
    },
    find: (landscape) =>
        eachPod(landscape, function* (pod) {
            const role = str(pod.annotations[ROLE]);
            if (role === "") {
                return;
            }
            const mountPath = str(pod.annotations[AUTH_PATH]).replace(/^auth\//, "") || "kubernetes";
            const to = principalNode(landscape, "vault", { mountPath, role, server: str(pod.annotations[SERVER]) });
            const account = landscape.node("account", namespaceOf(pod.object), serviceAccountName(pod));
            for (const from of [landscape.pod(pod), account]) {
                yield { from, to, object: pod.object, field: `${pod.metadataPath}.annotations["${ROLE}"]` };
            }
        }),
};
