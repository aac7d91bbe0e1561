/** A version as three numbers. */
export type Version = readonly [major: number, minor: number, patch: number];

/** The first three numbers of a text such as `v1.27.3+k3s1`, `5.15.0-91-generic` or an image tag; undefined without them. */
export function parseVersion(text: string): Version | undefined {
    const [, major, minor, patch = "0"] = /(?:^|[^\d.])v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
    return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

/** Negative where `a` is older than `b`, zero where they are the same. */
export function compareVersions(a: Version, b: Version): number {
    return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** Releases from one version on, up to but without another. */
export interface VersionRange {
    readonly from: Version;
    readonly fixed: Version;
}

/** Says whether a version lies in one of some ranges. */
export function isInRanges(version: Version, ranges: readonly VersionRange[]): boolean {
    return ranges.some(({ from, fixed }) => compareVersions(version, from) >= 0 && compareVersions(version, fixed) < 0);
}

/** The minor release of Kubernetes 1 that a text such as `v1.31` names; undefined where it names none, as `latest` does. */
export function minorOf(text: string): number | undefined {
    const minor = /^v?1\.(\d+)/.exec(text)?.[1];
    return minor === undefined ? undefined : Number(minor);
}
