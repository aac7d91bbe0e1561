/** A SPIRE release. */
export interface Version {
    readonly major: number;
    readonly minor: number;
    readonly patch: number;
}

/**
 * The oldest release of each line that has no known hole or defect: 1.14.6 closes two attestation holes (aws_iid and
 * join_token), 1.15.2 takes TLS clients such as Envoy again (spiffe/spire#7076).
 */
const OLDEST_SAFE: readonly Version[] = [
    { major: 1, minor: 14, patch: 6 },
    { major: 1, minor: 15, patch: 2 },
];

/** Reads an image tag such as `1.15.2` or `v1.15.2`; undefined where it is no release. */
export function parseVersion(tag: string): Version | undefined {
    const [, major, minor, patch] = /^v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})$/.exec(tag) ?? [];
    return major === undefined ? undefined : { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/** Negative where `a` is older than `b`. */
export function compareVersions(a: Version, b: Version): number {
    return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

export const formatVersion = ({ major, minor, patch }: Version): string => `${major}.${minor}.${patch}`;

/** The oldest safe release that is not older than `version`'s line, or undefined where `version` itself is safe. */
export function saferThan(version: Version): Version | undefined {
    const line = OLDEST_SAFE.find(({ major, minor }) => major === version.major && minor === version.minor);
    const oldest = OLDEST_SAFE[0] as Version;
    const needed = line ?? (compareVersions(version, oldest) < 0 ? oldest : undefined);
    return needed !== undefined && compareVersions(version, needed) < 0 ? needed : undefined;
}

/**
 * What is wrong with the releases of servers and agents (SPIRE documentation, "Managing upgrades"): an agent is never newer
 * than its server and at most one minor release older; neither is below the oldest safe release of its line.
 *
 * @param serverTag tag of the server image
 * @param agentTag tag of the agent image
 */
export function versionFaults(serverTag: string, agentTag: string): readonly string[] {
    const server = parseVersion(serverTag);
    const agent = parseVersion(agentTag);
    return [
        ...releaseFaults("spire-server", serverTag, server),
        ...releaseFaults("spire-agent", agentTag, agent),
        ...(server === undefined || agent === undefined ? [] : skewFaults(server, agent)),
    ];
}

function releaseFaults(image: string, tag: string, version: Version | undefined): readonly string[] {
    if (version === undefined) {
        return [`${image} has the tag "${tag}", which is no release such as 1.15.2, so its age can't be checked`];
    }
    const safe = saferThan(version);
    return safe === undefined
        ? []
        : [`${image} ${formatVersion(version)} has known defects; use ${formatVersion(safe)} or newer`];
}

function skewFaults(server: Version, agent: Version): readonly string[] {
    const [s, a] = [formatVersion(server), formatVersion(agent)];
    if (compareVersions(agent, server) > 0) {
        return [`spire-agent ${a} is newer than spire-server ${s}; upgrade the servers first`];
    }
    return agent.major !== server.major || server.minor - agent.minor > 1
        ? [`spire-agent ${a} is more than one minor release behind spire-server ${s}; upgrade one minor at a time`]
        : [];
}
