import type { Body } from "../../../policies/kubernetes/kube";
import { isObj, list, obj, str } from "../../../policies/kubernetes/kube";
import type { Check, Verdict } from "../check";
import { failed, proved, unknown } from "../check";

/** MET-5: none critical, and fewer high ones than this. */
const HIGH_TARGET = 5;
/** What was scanned longer ago may have become vulnerable since: trivy-operator scans anew every day by default. */
const FRESH_DAYS = 8;
const DAY_MS = 86_400_000;
/** What a report counts; one that leaves out any of them has not said that there are none. */
const GRAVE = ["criticalCount", "highCount"] as const;

/** MET-5, PRE-4: what trivy-operator has found in the images that run, by their digests. */
export function noGraveVulnerabilities(now: () => Date): Check {
    return {
        name: "no-grave-vulnerabilities",
        title: "The images that run have no critical and few high vulnerabilities",
        covers: ["MET-5", "PRE-4"],
        remedy: "Deploy trivy-operator where no report is there; else see docs/runbooks/vulnerability.md.",
        async run(expected, live) {
            const namespaces = new Set(expected.namespaces());
            const pods = (await live.objects("/api/v1", "pods")).filter((pod) =>
                namespaces.has(str(obj(pod["metadata"])["namespace"])),
            );
            const images = [...new Set(pods.flatMap(imagesOf))].sort();
            const digests = [...new Set(images.flatMap((image) => digestOf(image) ?? []))].sort();
            const nameless = images
                .filter((image) => digestOf(image) === undefined)
                .map((image) => unknown(`image ${image}`, "runs without a digest that a report could be found by"));
            if (digests.length === 0) {
                return [
                    ...nameless,
                    unknown(`stack ${expected.stack}`, "runs no container whose image's digest is known"),
                ];
            }
            const reports = await live.objects("/apis/aquasecurity.github.io/v1alpha1", "vulnerabilityreports");
            const found = digests.map((digest) => ({ digest, report: newestOf(digest, reports, now()) }));
            const unseen = found
                .filter(({ report }) => report === undefined)
                .map(({ digest }) =>
                    unknown(`image ${digest}`, `no report of the last ${FRESH_DAYS} days is about it`),
                );
            return [
                ...nameless,
                ...unseen,
                judged(
                    found.flatMap(({ report }) => (report === undefined ? [] : [report])),
                    digests.length,
                ),
            ];
        },
    };
}

/** The images that containers of a pod run, as the runtime tells them; one that has none yet has not started. */
function imagesOf(pod: Body): readonly string[] {
    const status = obj(pod["status"]);
    return ["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"]
        .flatMap((field) => list(status[field]))
        .filter(isObj)
        .map(({ imageID }) => str(imageID))
        .filter((image) => image !== "");
}

function digestOf(image: string): string | undefined {
    return /sha256:[0-9a-f]{64}$/.exec(image)?.[0];
}

/** The newest report about an image that is still worth something. */
function newestOf(digest: string, reports: readonly Body[], now: Date): Body | undefined {
    const time = (report: Body): number => Date.parse(str(report["updateTimestamp"]));
    return reports
        .map(({ report }) => obj(report))
        .filter(({ artifact }) => str(obj(artifact)["digest"]) === digest)
        .filter((report) => now.getTime() - time(report) <= FRESH_DAYS * DAY_MS)
        .filter((report) => GRAVE.every((field) => Number.isInteger(obj(report["summary"])[field])))
        .sort((a, b) => time(b) - time(a))[0];
}

function judged(reports: readonly Body[], images: number): Verdict {
    const [critical, high] = GRAVE.map((field) =>
        reports.reduce((count, { summary }) => count + Number(obj(summary)[field]), 0),
    ) as [number, number];
    const subject = `${reports.length} of ${images} images`;
    const text = `have ${critical} critical and ${high} high vulnerabilities (target: none, and fewer than ${HIGH_TARGET})`;
    if (critical > 0 || high >= HIGH_TARGET) {
        return failed(subject, text);
    }
    return reports.length > 0 ? proved(subject, text) : unknown(subject, "were scanned");
}
