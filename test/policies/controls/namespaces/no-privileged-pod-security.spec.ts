import { noPrivilegedPodSecurity } from "../../../../policies/controls/namespaces/no-privileged-pod-security";
import { describeControl } from "../../../support/control-suite";
import { namespace } from "../../../support/objects";

const ENFORCE = "pod-security.kubernetes.io/enforce";

describeControl(noPrivilegedPodSecurity, {
    refused: {
        "the level that allows everything": {
            object: namespace("shop", { [ENFORCE]: "privileged" }),
            message: `metadata.labels["${ENFORCE}"] is "privileged", so any pod is admitted. Set it to "restricted" or "baseline".`,
        },
    },
    allowed: {
        restricted: { object: namespace("shop", { [ENFORCE]: "restricted" }) },
        "a level that is only audited": {
            object: namespace("shop", { "pod-security.kubernetes.io/audit": "privileged" }),
        },
        "no level, which another control judges": { object: namespace() },
    },
});
