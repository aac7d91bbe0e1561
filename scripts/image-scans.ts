import { Recording } from "../hardening/evidence/write";
import type { Result, Subject } from "../hardening/evidence/statement";
import { UsageError } from "../hardening/io";
import { count } from "../hardening/formats/style";
import { readText } from "../hardening/sources/files";
import { InputError, jsonContent, readContent } from "../policies/engine/input";
import type { Read } from "../policies/engine/schema";
import { exactly, listOf, oneOf, optional, partOf, text } from "../policies/engine/schema";

const DIGEST = /@(sha256:[0-9a-f]{64})$/;

/** https://trivy.dev/docs/latest/configuration/reporting/: the JSON form of a scan of an image, schema version 2. */
const REPORT = partOf({
    SchemaVersion: exactly(2),
    /** Left out by versions before 0.68. */
    Trivy: optional(partOf({ Version: text() })),
    CreatedAt: text(),
    ArtifactName: text(),
    ArtifactType: exactly("container_image"),
    Metadata: partOf({ RepoDigests: listOf(text("an image by its digest", DIGEST), 1) }),
    /** Left out of an image in which nothing is that could be vulnerable. */
    Results: optional(
        listOf(
            partOf({
                Vulnerabilities: optional(
                    listOf(
                        partOf({
                            VulnerabilityID: text(),
                            Severity: oneOf("CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN"),
                        }),
                    ),
                ),
            }),
        ),
    ),
});

/** What one scan came to. */
interface Scan {
    readonly at: string;
    readonly version: string;
    readonly subject: Subject;
    readonly result: Result;
}

/**
 * States what Trivy has found in images, a statement for each report, as old as the scan and about the image's digest.
 *
 * @param reports files that `trivy image --format json` wrote
 * @returns the files
 * @throws InputError naming what is wrong with each report, before anything is written
 */
export function stateScans(directory: string, folder: string, reports: readonly string[]): readonly string[] {
    const recording = new Recording(directory, folder);
    const faults: string[] = [];
    const scans = reports.flatMap((file): readonly Scan[] => {
        try {
            const report = readText(file, "evidence:images");
            return [scanOf(readContent(REPORT, jsonContent(report, file), file), file)];
        } catch (error) {
            if (error instanceof InputError) {
                faults.push(...error.faults);
                return [];
            }
            throw error;
        }
    });
    if (faults.length > 0) {
        throw new UsageError(faults);
    }
    return scans.map(({ at, version, subject, result }) =>
        recording.write({
            kind: "images",
            about: [subject],
            predicate: { tool: { name: "trivy", version }, at, results: [result] },
        }),
    );
}

function scanOf({ Trivy, CreatedAt, ArtifactName, Metadata, Results = [] }: Read<typeof REPORT>, file: string): Scan {
    const digests = [...new Set(Metadata.RepoDigests.map((reference) => DIGEST.exec(reference)?.[1] ?? ""))];
    const [digest = "", ...others] = digests;
    const time = new Date(CreatedAt);
    if (others.length > 0 || Number.isNaN(time.getTime())) {
        const fault =
            others.length > 0 ? `names ${digests.length} digests of one image` : "has a CreatedAt that is no time";
        throw new InputError([`${file}: ${fault}`]);
    }
    const found = Results.flatMap(({ Vulnerabilities = [] }) => Vulnerabilities);
    const of = (severity: string): number => found.filter(({ Severity }) => Severity === severity).length;
    const [critical, high] = [of("CRITICAL"), of("HIGH")];
    return {
        at: time.toISOString(),
        version: Trivy?.Version ?? "before 0.68",
        subject: { name: ArtifactName, digest: { sha256: digest.slice("sha256:".length) } },
        result: {
            name: digest,
            outcome: critical + high > 0 ? "failed" : "passed",
            detail: `${ArtifactName}: ${critical} critical and ${high} high of ${count(found.length, "finding")}`,
        },
    };
}
