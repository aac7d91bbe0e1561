import { stackControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { list, obj } from "../../kubernetes/kube";
import { show } from "../../text";

export const noUnauthenticatedServices = stackControl({
    name: "no-unauthenticated-services",
    description: "No Service that a network scan found open to everybody is left so.",
    why: "A database or queue that asks for no password serves whoever reaches it.",
    severity: "high",
    covers: ["net.unauthenticated-service"],
    frameworks: [
        ...mitre("T1210", "T1190"),
        ...nist("IA-2", "AC-3"),
        ...soc2("CC6.1"),
        ...checklist("NET-3", "POST-5"),
    ],
    remediation: "Switch authentication on in the service, or take it off the network.",
    profiles: [],
    *check(stack, { each }) {
        yield* each(
            // What Kubescape's network scanner writes into the cluster: one object for each Service.
            stack.ofKind("ServiceScanResult").filter(({ group }) => group.endsWith("kubescape.io")),
            (result) => result,
            function* (result) {
                for (const [index, port] of list(obj(result.body["spec"])["ports"]).entries()) {
                    if (obj(port)["authenticated"] === false) {
                        const path = `${result.prefix}spec.ports[${index}].authenticated`;
                        yield {
                            object: result,
                            path,
                            message: `${path} is false for port ${show(obj(port)["port"])} of Service "${result.name}". Switch its authentication on.`,
                        };
                    }
                }
            },
        );
    },
    admission: { none: "What a running service asks for can't be told from its manifest." },
});
