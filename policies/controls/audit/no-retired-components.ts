import { podControl } from "../../engine/control";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import { imagesOf, parseImage, runBy } from "../../kubernetes/images";

interface Retired {
    readonly title: string;
    /** The image's repository, whose registry may be a copy. */
    readonly repository: RegExp;
    /** When its maintainers ended it, and where they say so. */
    readonly ended: string;
    readonly source: string;
    readonly instead: string;
}

/**
 * What clusters still run though its own maintainers have ended it. Beside the list stand what has a control of its own
 * (Tiller, the Kubernetes dashboard) and whatever nobody has announced: an image's age is for a scanner of registries.
 */
const RETIRED: readonly Retired[] = [
    {
        title: "ingress-nginx",
        repository:
            /(?:^|\/)(?:ingress-nginx\/controller|nginx-ingress-controller|ingress-nginx-controller)(?:-chroot)?$/,
        ended: "March 2026",
        source: "https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/",
        instead: "a controller of the Gateway API or another Ingress controller",
    },
    {
        title: "Heapster",
        repository: /(?:^|\/)heapster(?:-amd64)?$/,
        ended: "2018",
        source: "https://github.com/kubernetes-retired/heapster",
        instead: "metrics-server",
    },
    {
        title: "kiam",
        repository: /^uswitch\/kiam$/,
        ended: "2022",
        source: "https://github.com/uswitch/kiam",
        instead: "IAM roles for service accounts",
    },
    {
        title: "AAD Pod Identity",
        repository: /(?:^|\/)aad-pod-identity\/(?:nmi|mic)$/,
        ended: "September 2023",
        source: "https://github.com/Azure/aad-pod-identity",
        instead: "Microsoft Entra Workload ID",
    },
    {
        title: "Flux 1",
        repository: /^(?:fluxcd|weaveworks)\/(?:flux|helm-operator)$/,
        ended: "November 2022",
        source: "https://github.com/fluxcd/flux",
        instead: "Flux 2",
    },
    {
        title: "Weave Net",
        repository: /^weaveworks\/weave-(?:kube|npc)$/,
        ended: "June 2024",
        source: "https://github.com/weaveworks/weave",
        instead: "a network plugin that is maintained",
    },
    {
        title: "Open Service Mesh",
        repository: /^openservicemesh\/osm-(?:controller|injector|bootstrap)$/,
        ended: "2023",
        source: "https://github.com/openservicemesh/osm",
        instead: "another mesh",
    },
    {
        title: "kube-lego",
        repository: /^jetstack\/kube-lego$/,
        ended: "2018",
        source: "https://github.com/jetstack/kube-lego",
        instead: "cert-manager",
    },
];

export const noRetiredComponents = podControl({
    name: "no-retired-components",
    description: "No component of the platform runs that its own maintainers have ended.",
    why: "The next hole that is found in it stays open, and everybody knows where.",
    severity: "medium",
    // It still works, and what takes its place has to be chosen, built and tried first.
    enforcement: "advisory",
    covers: ["cp.cve"],
    frameworks: [...mitre("T1190"), ...nist("SA-22", "RA-5"), ...soc2("CC7.1"), ...checklist("IR-3")],
    remediation: "Move to what takes its place.",
    profiles: ["nsa", "x0tta6bl4"],
    admission: { none: "It would keep what runs from being mended while its successor is built." },
    *check(pod) {
        for (const use of imagesOf(pod)) {
            const { repository } = parseImage(use.reference);
            const retired = RETIRED.find((one) => one.repository.test(repository));
            if (retired !== undefined) {
                const { title, ended, source, instead } = retired;
                yield {
                    path: use.path,
                    ...(use.container !== undefined && { container: use.container }),
                    message: `${use.path} is "${use.reference}"${runBy(use)}: ${title} ended in ${ended} (${source}). Move to ${instead}.`,
                };
            }
        }
    },
});
