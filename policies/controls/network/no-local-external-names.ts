import { isIP } from "node:net";

import { isNodeLocal } from "../../kubernetes/addresses";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { obj, str } from "../../kubernetes/kube";

const LOCALHOST = /^(?:.+\.)?(?:localhost|localhost\.localdomain|ip6-localhost|ip6-loopback)$/i;

const NAME = "object.spec.?externalName.orValue('')";

export const noLocalExternalNames = objectControl({
    name: "no-local-external-names",
    description: "No Service of type ExternalName points at the local host.",
    why: "An Ingress controller that follows the name connects to itself and serves its own administration port.",
    severity: "medium",
    covers: ["net.externalname-localhost"],
    frameworks: [...mitre("T1190"), ...nist("SC-7"), ...soc2("CC6.6"), ...checklist("NET-3")],
    remediation: "Name the host that serves it.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: ["Service"],
    *check(service) {
        const spec = obj(service.body["spec"]);
        const name = str(spec["externalName"]).replace(/\.$/, "");
        const local = isIP(name) === 0 ? LOCALHOST.test(name) : isNodeLocal(name);
        if (spec["type"] === "ExternalName" && local) {
            const path = `${service.prefix}spec.externalName`;
            yield { path, message: `${path} is "${name}", the host that asks. Name the host that serves it.` };
        }
    },
    admission: {
        expression: `object.spec.?type.orValue('') != 'ExternalName' || !(
 variables.host.matches(r"(?i:${LOCALHOST.source})") ||
 (isIP(variables.host) && (ip(variables.host).isLoopback() || ip(variables.host).isLinkLocalUnicast())))`,
        // A dot at the end marks a name as whole.
        variables: {
            host: `${NAME}.endsWith('.') ? ${NAME}.substring(0, size(${NAME}) - 1) : ${NAME}`,
        },
    },
});
