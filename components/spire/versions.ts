import { neededRelease, parseRelease, skew } from "../../policies/controls/identity/spire-releases";

/**
 * What is wrong with the releases of servers and agents (SPIRE documentation, "Managing upgrades"): an agent is never newer
 * than its server and at most one minor release older; neither is below the oldest safe release of its line.
 *
 * @param serverTag tag of the server image
 * @param agentTag tag of the agent image
 */
export function versionFaults(serverTag: string, agentTag: string): readonly string[] {
    return [
        ...releaseFaults("spire-server", serverTag),
        ...releaseFaults("spire-agent", agentTag),
        ...skewFaults(serverTag, agentTag),
    ];
}

function releaseFaults(image: string, tag: string): readonly string[] {
    const version = parseRelease(tag);
    if (version === undefined) {
        return [`${image} has the tag "${tag}", which is no release such as 1.15.2, so its age can't be checked`];
    }
    const needed = neededRelease(version);
    return needed === undefined
        ? []
        : [`${image} ${version.join(".")} has known defects; use ${needed.join(".")} or newer`];
}

function skewFaults(serverTag: string, agentTag: string): readonly string[] {
    const [server, agent] = [parseRelease(serverTag), parseRelease(agentTag)];
    if (server === undefined || agent === undefined) {
        return [];
    }
    const [s, a] = [server.join("."), agent.join(".")];
    switch (skew(server, agent)) {
        case "newer":
            return [`spire-agent ${a} is newer than spire-server ${s}; upgrade the servers first`];
        case "behind":
            return [
                `spire-agent ${a} is more than one minor release behind spire-server ${s}; upgrade one minor at a time`,
            ];
        case "fits":
            return [];
    }
}
