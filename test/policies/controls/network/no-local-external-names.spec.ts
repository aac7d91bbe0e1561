import { noLocalExternalNames } from "../../../../policies/controls/network/no-local-external-names";
import { describeControl } from "../../../support/control-suite";
import { service } from "../../../support/objects";

const named = (externalName: string) => service({ type: "ExternalName", externalName });
const message = (name: string): string =>
    `spec.externalName is "${name}", the host that asks. Name the host that serves it.`;

describeControl(noLocalExternalNames, {
    refused: {
        localhost: { object: named("localhost"), message: message("localhost") },
        "a name below localhost": { object: named("admin.Localhost."), message: message("admin.Localhost") },
        "a loopback address": { object: named("127.0.0.53"), message: message("127.0.0.53") },
        "a loopback address that ends on a dot": { object: named("127.0.0.1."), message: message("127.0.0.1") },
        "the metadata address": { object: named("169.254.169.254"), message: message("169.254.169.254") },
    },
    allowed: {
        "a host of one's own": { object: named("db.example.org") },
        "a host that is only called so": { object: named("localhost.example.org") },
        "a Service that is no ExternalName": { object: service({ externalName: "localhost" }) },
    },
});
