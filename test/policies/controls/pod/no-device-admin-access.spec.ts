import { noDeviceAdminAccess } from "../../../../policies/controls/pod/no-device-admin-access";
import { describeControl } from "../../../support/control-suite";

const object = (kind: string, spec: object) => ({
    apiVersion: "resource.k8s.io/v1",
    kind,
    metadata: { name: "tested", namespace: "shop" },
    spec,
});
const claim = (request: object) => object("ResourceClaim", { devices: { requests: [{ name: "a", ...request }] } });
const template = (request: object) =>
    object("ResourceClaimTemplate", { spec: { devices: { requests: [{ name: "a", ...request }] } } });
const namespace = (value: string) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop", labels: { "resource.kubernetes.io/admin-access": value } },
});

describeControl(noDeviceAdminAccess, {
    refused: {
        "a claim": {
            object: claim({ exactly: { deviceClassName: "gpu", adminAccess: true } }),
            message: "spec.devices.requests[0].exactly.adminAccess is true. Remove it.",
        },
        "a claim of the older API": {
            object: claim({ deviceClassName: "gpu", adminAccess: true }),
            message: "spec.devices.requests[0].adminAccess is true. Remove it.",
        },
        "a template of claims": {
            object: template({ exactly: { adminAccess: true } }),
            message: "spec.spec.devices.requests[0].exactly.adminAccess is true. Remove it.",
        },
        "a namespace that allows it": {
            object: namespace("true"),
            message: 'metadata.labels["resource.kubernetes.io/admin-access"] is "true". Remove it.',
        },
    },
    allowed: {
        "a claim of a device": { object: claim({ exactly: { deviceClassName: "gpu" } }) },
        "a claim that says no": { object: claim({ exactly: { adminAccess: false } }) },
        "a template without requests": { object: { ...template({}), spec: { spec: {} } } },
        "a namespace that says no": { object: namespace("false") },
        "a namespace without labels": { object: { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } } },
    },
});
