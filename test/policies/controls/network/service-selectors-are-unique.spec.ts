import { serviceSelectorsAreUnique } from "../../../../policies/controls/network/service-selectors-are-unique";
import { describeControl } from "../../../support/control-suite";
import { service } from "../../../support/objects";

const named = (name: string, spec: object = {}, namespace = "shop") => service({ ...spec }, { name, namespace });
const message = (other: string): string =>
    `spec.selector is that of Service shop/${other} too. Merge the two or tell their pods apart.`;

describeControl(serviceSelectorsAreUnique, {
    refused: {
        "two Services with one selector": {
            stack: [named("one"), named("two")],
            message: [message("two"), message("one")],
        },
        "two Services with one selector in another order": {
            stack: [
                named("one", { selector: { app: "web", tier: "front" } }),
                named("two", { selector: { tier: "front", app: "web" } }),
            ],
            message: [message("two"), message("one")],
        },
        "two Services with one selector and a port in common, by whatever port they are called themselves": {
            stack: [
                named("one", { ports: [{ port: 80, targetPort: "http" }] }),
                named("two", { ports: [{ port: 9090 }, { port: 8080, targetPort: "http", protocol: "TCP" }] }),
            ],
            message: [message("two"), message("one")],
        },
    },
    allowed: {
        "two Services for two ports of the pods": {
            stack: [
                named("one", { ports: [{ port: 80, targetPort: 8080 }] }),
                named("two", { ports: [{ port: 8082 }, { port: 80, targetPort: 8080, protocol: "UDP" }] }),
            ],
        },
        "one Service": { object: named("one") },
        "two Services with selectors of their own": {
            stack: [named("one"), named("two", { selector: { app: "api" } })],
        },
        "two Services in two namespaces": { stack: [named("one"), named("two", {}, "till")] },
        "a headless Service beside an ordinary one": { stack: [named("one"), named("two", { clusterIP: "None" })] },
        "two Services without selectors": {
            stack: [named("one", { selector: undefined }), named("two", { selector: {} })],
        },
    },
    unknown: "spec.selector",
});
