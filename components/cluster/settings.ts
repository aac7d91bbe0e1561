import type { Read } from "../../policies/engine/schema";
import { listOf, mapOf, object, optional, text, withDefault } from "../../policies/engine/schema";
import { cidr, dnsLabel, port } from "../../policies/engine/values";
import { podSecurityVersion } from "../namespace";

/** The cluster that the stack is deployed to. */
export const clusterSettings = object({
    /** Name of the cluster, unique among all stacks. */
    name: dnsLabel,
    /** Context of the kubeconfig by which it is reached; the current one, whatever that is, unless set. */
    context: optional(text()),
    /** UID of its namespace `kube-system`: the stack refuses to be deployed to any other; not compared unless set. */
    identity: optional(text("the UID of a namespace", /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)),
    /** Addresses of the API server's endpoints, as pods reach them after translation of the Service address. */
    apiServer: object({ cidrs: listOf(cidr, 1), ports: withDefault(listOf(port, 1), [443, 6443]) }),
    /** Labels of the cluster's DNS pods in `kube-system`. */
    dnsLabels: withDefault(mapOf(text()), { "k8s-app": "kube-dns" }),
    /** Version of the Pod Security Standards that namespaces enforce. */
    podSecurityVersion: withDefault(podSecurityVersion, "latest"),
});

export type ClusterSettings = Read<typeof clusterSettings>;
