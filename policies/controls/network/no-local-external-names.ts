import { isIP } from "node:net";

import { texts } from "../../engine/cel";
import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { isMetadataAddress, isNodeLocal, METADATA_ADDRESSES } from "../../kubernetes/addresses";
import { obj, str } from "../../kubernetes/kube";

/** Names that public name servers give the address of loopback, or the address that stands in them. */
const SPELLED = String.raw`(?:.+\.)?(?:localtest\.me|lvh\.me)|.*(?:127|169[.-]254)(?:[.-]\d+){2,3}\.(?:nip|sslip|xip)\.io`;
// eslint-disable-next-line security/detect-non-literal-regexp -- the parts are those of this file
const LOCALHOST = new RegExp(
    `^(?:(?:.+\\.)?(?:localhost|localhost\\.localdomain|ip6-localhost|ip6-loopback)|${SPELLED})$`,
    "i",
);
/** Names of the metadata service, from the documentation of Google, Amazon, Tencent, Equinix and Rancher. */
const METADATA =
    /^(?:metadata|metadata\.google\.internal|metadata\.goog|instance-data|instance-data\.ec2\.internal|metadata\.tencentyun\.com|metadata\.platformequinix\.com|metadata\.packet\.net|rancher-metadata)$/i;
const API_SERVER = /^kubernetes(?:\.default(?:\.svc(?:\..+)?)?)?$/i;
/** inet_aton(3) takes numbers of any base and count for an address; no top-level domain is a number (RFC 3696, section 2). */
const NUMBERS = /^(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*$/i;

const NAME = "object.spec.?externalName.orValue('')";

/** What a name leads to that no Service may; undefined where there is nothing to say against it. */
function forbidden(name: string): string | undefined {
    if (isIP(name) === 0 ? LOCALHOST.test(name) : isNodeLocal(name) && !isMetadataAddress(name)) {
        return "the host that asks";
    }
    if (METADATA.test(name) || isMetadataAddress(name)) {
        return "where a cloud tells a node its secrets";
    }
    if (API_SERVER.test(name)) {
        return "the API server";
    }
    return NUMBERS.test(name) && isIP(name) === 0 ? "an address in other words" : undefined;
}

export const noLocalExternalNames = objectControl({
    name: "no-local-external-names",
    description: "No Service of type ExternalName points at the local host, the cloud's metadata or the API server.",
    why: "An Ingress controller that follows the name connects with its own rights to what only it can reach.",
    severity: "medium",
    covers: ["net.externalname-localhost"],
    frameworks: [...mitre("T1190", "T1552.005"), ...nist("SC-7"), ...soc2("CC6.6"), ...checklist("NET-3")],
    remediation: "Name the host that serves it.",
    profiles: ["nsa", "x0tta6bl4"],
    kinds: ["Service"],
    *check(service) {
        const spec = obj(service.body["spec"]);
        const name = str(spec["externalName"]).replace(/\.$/, "");
        const what = spec["type"] === "ExternalName" ? forbidden(name) : undefined;
        if (what !== undefined) {
            const path = `${service.prefix}spec.externalName`;
            yield { path, message: `${path} is "${name}", ${what}. Name the host that serves it.` };
        }
    },
    admission: {
        expression: `object.spec.?type.orValue('') != 'ExternalName' || !(
 [${[LOCALHOST, METADATA, API_SERVER].map((one) => `r"(?i:${one.source})"`).join(", ")}].exists(p, variables.host.matches(p)) ||
 (isIP(variables.host)
  ? ip(variables.host).isLoopback() || ip(variables.host).isLinkLocalUnicast() || variables.host in ${texts(METADATA_ADDRESSES)}
  : variables.host.matches(r"(?i:${NUMBERS.source})")))`,
        // A dot at the end marks a name as whole.
        variables: {
            host: `${NAME}.endsWith('.') ? ${NAME}.substring(0, size(${NAME}) - 1) : ${NAME}`,
        },
    },
});
