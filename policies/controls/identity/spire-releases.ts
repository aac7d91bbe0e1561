import type { Version } from "../../kubernetes/versions";
import { compareVersions } from "../../kubernetes/versions";

/**
 * The oldest release of each line that has no known hole or defect: 1.14.6 closes two attestation holes (aws_iid and
 * join_token), 1.15.2 takes TLS clients such as Envoy again (spiffe/spire#7076). Older lines get no more fixes.
 */
const OLDEST_SAFE: readonly [Version, ...Version[]] = [
    [1, 14, 6],
    [1, 15, 2],
];

/** The release an image tag such as `1.15.2` or `v1.15.2` names; undefined where it names none. */
export function parseRelease(tag: string): Version | undefined {
    const [, major, minor, patch] = /^v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})$/.exec(tag) ?? [];
    return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

/** The release a version must reach, or undefined where it is recent enough. */
export function neededRelease(version: Version): Version | undefined {
    const [oldest] = OLDEST_SAFE;
    const line = OLDEST_SAFE.find((safe) => safe[0] === version[0] && safe[1] === version[1]);
    const needed = line ?? (compareVersions(version, oldest) < 0 ? oldest : undefined);
    return needed !== undefined && compareVersions(version, needed) < 0 ? needed : undefined;
}

/** How an agent's release stands to its server's (SPIRE documentation, "Managing upgrades"). */
export function skew(server: Version, agent: Version): "fits" | "newer" | "behind" {
    if (compareVersions(agent, server) > 0) {
        return "newer";
    }
    return agent[0] !== server[0] || server[1] - agent[1] > 1 ? "behind" : "fits";
}
