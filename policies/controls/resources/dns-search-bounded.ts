import { podControl } from "../../engine/control";
import { nist } from "../../engine/frameworks";
import { list, obj, str } from "../../kubernetes/kube";
import { show } from "../../text";
import { pointer, setField } from "../../kubernetes/path";

export const dnsSearchBounded = podControl({
    name: "dns-search-bounded",
    description: "Every pod bounds how many names the resolver tries before the one that is asked for.",
    why: "With the default of five dots, each outside name first goes to the cluster's DNS under every search domain, some of them leaking out.",
    severity: "low",
    // It changes which short names resolve, so it is for each program to decide.
    enforcement: "advisory",
    covers: ["rel.dns-config"],
    frameworks: [...nist("SC-5", "SC-20")],
    remediation: "Set the dnsConfig option ndots to 2, or less where only full names are used.",
    profiles: [],
    params: {
        ndots: { type: "integer", description: "The highest value of ndots to allow.", default: 2, minimum: 0 },
    },
    admission: { none: "It is a matter of speed." },
    *check(pod, { params }) {
        const policy = str(pod.spec["dnsPolicy"]) || "ClusterFirst";
        // The other policies take no search domains of the cluster.
        if (!policy.startsWith("ClusterFirst")) {
            return;
        }
        const options = list(obj(pod.spec["dnsConfig"])["options"]).map(obj);
        const index = options.findIndex(({ name }) => name === "ndots");
        const value = options[index]?.["value"];
        if (index < 0 || !(Number(show(value)) <= params.ndots)) {
            const path =
                index < 0 ? `${pod.prefix}dnsConfig.options` : `${pod.prefix}dnsConfig.options[${index}].value`;
            const ndots = { name: "ndots", value: String(params.ndots) };
            yield {
                path,
                message: `${path} ${index < 0 ? "has no ndots, which means 5" : `is "${show(value)}"`}. Set ndots to ${params.ndots} or less.`,
                absent: index < 0,
                // Not safe: a name with fewer dots is asked for as it is first, so that one of the cluster may not be found.
                fix:
                    index >= 0 || options.length === 0
                        ? setField(pod.object, path, index >= 0 ? String(params.ndots) : [ndots])
                        : [{ op: "add", path: `${pointer(path)}/-`, value: ndots }],
            };
        }
    },
});
