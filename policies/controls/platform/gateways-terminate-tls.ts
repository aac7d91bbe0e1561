import { objectControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { list, obj, str } from "../../kubernetes/kube";

export const gatewaysTerminateTls = objectControl({
    name: "gateways-terminate-tls",
    description:
        "Every listener of a gateway but one of plain HTTP ends TLS with a certificate, and all name their hosts.",
    why: "What is sent in the clear is read and changed on the way.",
    severity: "high",
    covers: [],
    frameworks: [...nist("SC-8", "SC-23"), ...soc2("CC6.7"), ...mitre("T1557"), ...checklist("SEC-6", "NET-5")],
    remediation: "Use protocol HTTPS with tls.mode Terminate and a certificateRef; leave plain HTTP to a redirect.",
    profiles: ["x0tta6bl4"],
    kinds: ["gateway.networking.k8s.io/Gateway"],
    *check(object) {
        for (const [index, listener] of list(obj(object.body["spec"])["listeners"]).entries()) {
            const { protocol, name, hostname, tls } = obj(listener);
            const path = `${object.prefix}spec.listeners[${index}]`;
            // A listener of plain HTTP may only redirect, which its routes say: gateway-listeners-use-tls reads them.
            if (!["HTTP", "HTTPS", "TLS"].includes(str(protocol))) {
                yield {
                    path: `${path}.protocol`,
                    message: `${path}.protocol is "${str(protocol)}" (listener "${str(name)}"). Use TLS.`,
                };
            } else if (
                protocol !== "HTTP" &&
                list(obj(tls)["certificateRefs"]).length === 0 &&
                obj(tls)["mode"] !== "Passthrough"
            ) {
                yield {
                    path: `${path}.tls.certificateRefs`,
                    message: `${path}.tls.certificateRefs is empty (listener "${str(name)}"). Name the certificate's Secret.`,
                    absent: true,
                };
            }
            if (str(hostname) === "" || str(hostname).includes("*")) {
                yield {
                    path: `${path}.hostname`,
                    message: `${path}.hostname is "${str(hostname)}", so the listener takes names that nobody chose. Name the host.`,
                };
            }
        }
    },
    admission: {
        expression: [
            "object.spec.?listeners.orValue([]).all(l, l.protocol in ['HTTP', 'HTTPS', 'TLS'] &&",
            " (l.protocol == 'HTTP' || l.?tls.?mode.orValue('Terminate') == 'Passthrough' || size(l.?tls.?certificateRefs.orValue([])) > 0) &&",
            " l.?hostname.orValue('') != '' && !l.hostname.contains('*'))",
        ].join("\n"),
    },
});
