import { ingressNamesItsHosts } from "../../../../policies/controls/network/ingress-names-its-hosts";
import { describeControl } from "../../../support/control-suite";
import { ingress, ingressRule } from "../../../support/objects";

const rules = (...hosts: (string | undefined)[]) => ingress({ rules: hosts.map((host) => ingressRule(host)) });

describeControl(ingressNamesItsHosts, {
    refused: {
        "a wildcard": {
            object: rules("shop.example.org", "*.example.org"),
            message: `spec.rules[1].host is "*.example.org". Name each host.`,
        },
        "no host": {
            object: rules(undefined),
            message: "spec.rules[0].host is unset, so the rule is for every host. Name the host.",
        },
        "an empty host": {
            object: rules(""),
            message: "spec.rules[0].host is unset, so the rule is for every host. Name the host.",
        },
        "nothing but a wildcard in the first beta version": {
            object: { ...rules("*"), apiVersion: "networking.k8s.io/v1beta1" },
            message: `spec.rules[0].host is "*". Name each host.`,
        },
    },
    allowed: {
        "named hosts": { object: rules("shop.example.org", "api.example.org") },
        "no rules": { object: ingress({ rules: undefined }) },
    },
});
