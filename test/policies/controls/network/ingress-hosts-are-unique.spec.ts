import { ingressHostsAreUnique } from "../../../../policies/controls/network/ingress-hosts-are-unique";
import { describeControl } from "../../../support/control-suite";
import { ingress, ingressRule } from "../../../support/objects";

const HOST = "shop.example.org";
const at = (name: string, namespace: string, path: string, host = HOST) =>
    ingress({ rules: [ingressRule(host, path)] }, { name, namespace });
const canary = (name: string, namespace: string) =>
    ingress(
        { rules: [ingressRule(HOST, "/")] },
        { name, namespace, annotations: { "nginx.ingress.kubernetes.io/canary": "true" } },
    );
const message = (rival: string): string =>
    `spec.rules[0].host is "${HOST}", which Ingress ${rival} claims too. Give each a host or path of its own.`;

describeControl(ingressHostsAreUnique, {
    refused: {
        "one path of a host claimed twice": {
            stack: [at("one", "shop", "/"), at("two", "shop", "/")],
            message: [message("shop/two"), message("shop/one")],
        },
        "one host claimed by two namespaces": {
            stack: [at("one", "shop", "/"), at("two", "till", "/api")],
            message: [message("till/two"), message("shop/one")],
        },
        "a canary in another namespace, which is none": {
            stack: [at("one", "shop", "/"), canary("two", "till")],
            message: [message("till/two"), message("shop/one")],
        },
    },
    allowed: {
        "a canary, which takes a share of another's path": {
            stack: [at("one", "shop", "/"), canary("two", "shop")],
        },
        "two paths of a host in one namespace": { stack: [at("one", "shop", "/"), at("two", "shop", "/api")] },
        "two hosts": { stack: [at("one", "shop", "/"), at("two", "shop", "/", "api.example.org")] },
        "one Ingress that names a host twice": {
            object: ingress({ rules: [ingressRule(HOST, "/"), ingressRule(HOST, "/api")] }),
        },
    },
});
