import { podSecurityEnforced } from "../../../../policies/controls/namespaces/pod-security-enforced";
import { describeControl } from "../../../support/control-suite";
import { namespace } from "../../../support/objects";

const PATH = `metadata.labels["pod-security.kubernetes.io/enforce"]`;
const level = (value: string) => namespace("shop", { "pod-security.kubernetes.io/enforce": value });

describeControl(podSecurityEnforced, {
    refused: {
        "a namespace without labels": {
            object: { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
            message: `${PATH} is unset, so any pod is admitted. Set it to baseline or restricted.`,
        },
        "a namespace that only warns and audits": {
            object: namespace("shop", {
                "pod-security.kubernetes.io/warn": "restricted",
                "pod-security.kubernetes.io/audit": "restricted",
            }),
            message: `${PATH} is unset, so any pod is admitted. Set it to baseline or restricted.`,
        },
        "the level that allows everything": {
            object: level("privileged"),
            message: `${PATH} is "privileged". Set it to baseline or restricted.`,
        },
        "a level that does not exist": {
            object: level("Restricted"),
            message: `${PATH} is "Restricted". Set it to baseline or restricted.`,
        },
        "a level below what is configured": {
            object: level("baseline"),
            params: { levels: ["restricted"] },
            message: `${PATH} is "baseline". Set it to restricted.`,
        },
    },
    allowed: { restricted: { object: level("restricted") }, baseline: { object: level("baseline") } },
});
