import { neededRelease, parseRelease, skew } from "../../policies/controls/identity/spire-releases";
import type { Version } from "../../policies/kubernetes/versions";
import { compareVersions } from "../../policies/kubernetes/versions";
import type { ExtraBundlePublisher, KeyManager, ServerSettings } from "./model";

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

/** Plugins younger than the oldest servers that {@link versionFaults} takes, and the release each came with. */
const SINCE: {
    readonly keyManager: { readonly [K in KeyManager["type"]]?: Version };
    readonly bundlePublishers: { readonly [K in ExtraBundlePublisher["type"]]?: Version };
} = {
    keyManager: { vault: [1, 15, 0] },
    bundlePublishers: { azureBlob: [1, 15, 3] },
};

/** What the servers' release does not know yet and would not start with; one line each. A tag that is no release is refused before. */
export function pluginFaults(
    { keyManager, bundlePublishers }: Pick<ServerSettings, "keyManager" | "bundlePublishers">,
    serverTag: string,
): readonly string[] {
    const server = parseRelease(serverTag);
    const used: readonly (readonly [string, string, Version | undefined])[] = [
        ["keyManager", keyManager.type, SINCE.keyManager[keyManager.type]],
        ...bundlePublishers.map(
            ({ type }, index) => [`bundlePublishers[${index}]`, type, SINCE.bundlePublishers[type]] as const,
        ),
    ];
    return used.flatMap(([setting, type, since]) =>
        server !== undefined && since !== undefined && compareVersions(server, since) < 0
            ? [
                  `${setting} is ${type}, which spire-server has since ${since.join(".")} and ${server.join(".")} would not start with; upgrade it, or choose another`,
              ]
            : [],
    );
}
