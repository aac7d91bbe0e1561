import { checklist, mitre, nist } from "../../engine/frameworks";
import { isOn, spireConfigControl } from "./spire";
import { show } from "../../text";

export const spireAgentVerifiesKubelet = spireConfigControl({
    name: "spire-agent-verifies-kubelet",
    description: "Every SPIRE agent asks its kubelet over verified TLS and with its own credentials.",
    why: "The kubelet's answer decides which identity a process gets; whoever can answer in its place hands out identities.",
    severity: "high",
    covers: [],
    frameworks: [...mitre("T1557"), ...nist("IA-3", "SC-8(1)"), ...checklist("ZT-3", "ZT-7")],
    remediation:
        "Unset skip_kubelet_verification, kubelet_read_only_port and use_anonymous_authentication; set kubelet_ca_path.",
    profiles: ["x0tta6bl4"],
    role: "agent",
    *check({ plugins }) {
        for (const { type, name, at, data } of plugins) {
            if (type !== "WorkloadAttestor" || name !== "k8s") {
                continue;
            }
            if (isOn(data["skip_kubelet_verification"])) {
                yield {
                    at: `${at}.skip_kubelet_verification`,
                    says: "is true. Unset it and set kubelet_ca_path to the CA of the kubelets.",
                };
            }
            if (data["kubelet_read_only_port"] !== undefined && Number(show(data["kubelet_read_only_port"])) !== 0) {
                yield {
                    at: `${at}.kubelet_read_only_port`,
                    says: "is set; that port has neither TLS nor authentication. Use kubelet_secure_port.",
                };
            }
            if (isOn(data["use_anonymous_authentication"])) {
                yield {
                    at: `${at}.use_anonymous_authentication`,
                    says: "is true, which needs a kubelet that answers everybody. Unset it.",
                };
            }
        }
    },
});
