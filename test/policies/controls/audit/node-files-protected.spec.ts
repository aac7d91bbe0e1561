import { nodeFilesProtected } from "../../../../policies/controls/audit/node-files-protected";
import { describeControl } from "../../../support/control-suite";

const report = (info: object) => ({
    apiVersion: "v1",
    kind: "NodeInfo",
    metadata: { name: "node-1" },
    type: "master",
    info,
});
const at = (name: string): string => `info.${name}.values`;

describeControl(nodeFilesProtected, {
    refused: {
        "a manifest that others may read": {
            object: report({ kubeAPIServerSpecFilePermission: { values: [644] } }),
            message: `${at("kubeAPIServerSpecFilePermission")} holds mode 644. Set it to 600 or less.`,
        },
        "data that belongs to a user": {
            object: report({ etcdDataDirectoryOwnership: { values: ["jane:users"] } }),
            message: `${at("etcdDataDirectoryOwnership")} holds owner "jane:users". Set it to root:root.`,
        },
        "a certificate that everybody may change": {
            object: report({ certificateAuthoritiesFilePermissions: { values: [666] } }),
            message: `${at("certificateAuthoritiesFilePermissions")} holds mode 666. Set it to 600 or less.`,
        },
        "a kubelet for everybody": {
            object: report({ kubeletAnonymousAuthArgumentSet: { values: ["true"] } }),
            message: `${at("kubeletAnonymousAuthArgumentSet")} holds "true". Set it as CIS 4.2 asks.`,
        },
    },
    allowed: {
        "files of root": {
            object: report({
                kubeAPIServerSpecFilePermission: { values: [600] },
                kubeAPIServerSpecFileOwnership: { values: ["root:root"] },
                etcdDataDirectoryPermissions: { values: [700] },
                etcdDataDirectoryOwnership: { values: ["etcd:etcd"] },
                certificateAuthoritiesFilePermissions: { values: [644] },
                kubeletAnonymousAuthArgumentSet: { values: ["false"] },
                somethingElse: { values: ["any"] },
            }),
        },
        "files that are not there": { object: report({ schedulerConfFilePermissions: { values: [] } }) },
        "an empty report": { object: report({}) },
    },
});
