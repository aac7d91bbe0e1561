import { controllerManagerHardened } from "../../../../policies/controls/audit/controller-manager-hardened";
import { describeFlags } from "../../../support/control-plane";

describeFlags(controllerManagerHardened, {
    component: "kube-controller-manager",
    good: {
        kubeconfig: "/etc/cm.conf",
        profiling: "false",
        "use-service-account-credentials": "true",
        "service-account-private-key-file": "/pki/sa.key",
        "root-ca-file": "/pki/ca.crt",
        "bind-address": "127.0.0.1",
    },
    refused: {
        "a port for the network": [
            { "bind-address": "0.0.0.0" },
            '--bind-address of kube-controller-manager is "0.0.0.0". Set it to 127.0.0.1 (CIS 1.3.7).',
        ],
        "one account for all controllers": [
            { "use-service-account-credentials": undefined },
            "--use-service-account-credentials of kube-controller-manager is unset, which means false. Set it to true (CIS 1.3.3).",
        ],
        "pods that are kept for ever": [
            { "terminated-pod-gc-threshold": "0" },
            '--terminated-pod-gc-threshold of kube-controller-manager is "0". Set it to a number above zero, e.g. 10 (CIS 1.3.1).',
        ],
        "kubelets whose certificates run out": [
            { "feature-gates": "A=true,RotateKubeletServerCertificate=false" },
            '--feature-gates of kube-controller-manager is "A=true,RotateKubeletServerCertificate=false". Set it to RotateKubeletServerCertificate=true (CIS 1.3.6).',
        ],
        "no authority for pods, and a profile": [
            { "root-ca-file": undefined, profiling: "true" },
            '--profiling of kube-controller-manager is "true". Set it to false (CIS 1.3.2).',
            "--root-ca-file of kube-controller-manager is unset, which means that pods can't verify the API server. Set it to the API server's authority (CIS 1.3.5).",
        ],
    },
    allowed: {
        "another gate": { "feature-gates": "A=false" },
        "the loopback address of the newer family": { "bind-address": "::1" },
    },
});
