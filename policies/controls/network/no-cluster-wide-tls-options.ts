import { objectControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import { knownName } from "../../kubernetes/kube";

export const noClusterWideTlsOptions = objectControl({
    name: "no-cluster-wide-tls-options",
    description: "No TLSOption is called default.",
    why: "Traefik applies an option of that name to every router of the cluster that names none, whoever owns it.",
    severity: "medium",
    covers: ["net.tls-min-version"],
    frameworks: [...nist("CM-5", "SC-8"), ...soc2("CC6.7"), ...checklist("SEC-6")],
    remediation: "Give the option another name and refer to it from the router.",
    profiles: ["x0tta6bl4"],
    kinds: ["traefik.io/TLSOption", "traefik.containo.us/TLSOption"],
    *check(object) {
        if (knownName(object) === "default") {
            const path = `${object.prefix}metadata.name`;
            yield { path, message: `${path} is "default", which sets TLS for the whole cluster. Choose another name.` };
        }
    },
    admission: { expression: "object.metadata.name != 'default'" },
});
