import { noLocalExternalNames } from "../../../../policies/controls/network/no-local-external-names";
import { describeControl } from "../../../support/control-suite";
import { service } from "../../../support/objects";

const named = (externalName: string) => service({ type: "ExternalName", externalName });
const message = (name: string, what = "the host that asks"): string =>
    `spec.externalName is "${name}", ${what}. Name the host that serves it.`;
const CLOUD = "where a cloud tells a node its secrets";
const WORDS = "an address in other words";

describeControl(noLocalExternalNames, {
    refused: {
        localhost: { object: named("localhost"), message: message("localhost") },
        "a name below localhost": { object: named("admin.Localhost."), message: message("admin.Localhost") },
        "a loopback address": { object: named("127.0.0.53"), message: message("127.0.0.53") },
        "a loopback address that ends on a dot": { object: named("127.0.0.1."), message: message("127.0.0.1") },
        "the metadata address": { object: named("169.254.169.254"), message: message("169.254.169.254", CLOUD) },
        "another link-local address": { object: named("169.254.20.10"), message: message("169.254.20.10") },
        "the metadata address of another cloud": {
            object: named("100.100.100.200"),
            message: message("100.100.100.200", CLOUD),
        },
        "the metadata service by its name": {
            object: named("Metadata.google.internal."),
            message: message("Metadata.google.internal", CLOUD),
        },
        "the API server": {
            object: named("kubernetes.default.svc.cluster.local"),
            message: message("kubernetes.default.svc.cluster.local", "the API server"),
        },
        "an address as one number": { object: named("2852039166"), message: message("2852039166", WORDS) },
        "an address in numbers of other bases": {
            object: named("0xa9.0376.43518"),
            message: message("0xa9.0376.43518", WORDS),
        },
        "a public name of loopback": { object: named("db.localtest.me"), message: message("db.localtest.me") },
        "a public name that spells an address": {
            object: named("169-254-169-254.nip.io"),
            message: message("169-254-169-254.nip.io"),
        },
    },
    allowed: {
        "a host that only sounds like the metadata service": { object: named("metadata.example.org") },
        "a Service of another namespace": { object: named("kubernetes.shop.svc.cluster.local") },
        "a public name that spells another address": { object: named("203-0-113-7.nip.io") },
        "a host whose name begins with a number": { object: named("1.db.example.org") },
        "a host of one's own": { object: named("db.example.org") },
        "a host that is only called so": { object: named("localhost.example.org") },
        "a Service that is no ExternalName": { object: service({ externalName: "localhost" }) },
    },
});
