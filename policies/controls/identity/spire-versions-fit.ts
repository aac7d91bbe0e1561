import type { StackFault } from "../../engine/control";
import { stackControl } from "../../engine/control";
import { checklist, nist, soc2 } from "../../engine/frameworks";
import type { KubeObject } from "../../kubernetes/kube";
import { str } from "../../kubernetes/kube";
import type { PodView } from "../../kubernetes/pods";
import { carriesPod, podsOf } from "../../kubernetes/pods";
import { neededRelease, parseRelease, skew } from "./spire-releases";
import type { Version } from "../../kubernetes/versions";
import { compareVersions } from "../../kubernetes/versions";

interface Deployed {
    readonly object: KubeObject;
    readonly path: string;
    readonly container: string;
    /** `spire-server` or `spire-agent`. */
    readonly image: string;
    readonly tag: string;
    readonly version: Version | undefined;
}

const IMAGE = /(?:^|\/)(spire-server|spire-agent)(?::([^@]*))?(?:@.*)?$/;

/** The containers of a pod that run a SPIRE server or agent, whatever registry its image comes from. */
function deployed(pod: PodView): readonly Deployed[] {
    return pod.containers.flatMap(({ name, path, body }) => {
        const [, image, tag = ""] = IMAGE.exec(str(body["image"])) ?? [];
        const version = parseRelease(tag);
        return image === undefined
            ? []
            : [{ object: pod.object, path: `${path}.image`, container: name, image, tag, version }];
    });
}

/** What is wrong with one release by itself. */
function releaseFaults({ object, path, container, tag, version }: Deployed): readonly StackFault[] {
    if (version === undefined) {
        const says = tag === "" ? "has no tag" : `has the tag "${tag}", which is no release`;
        return [{ object, path, container, message: `${path} ${says}. Use one such as 1.15.2.` }];
    }
    const needed = neededRelease(version);
    return needed === undefined
        ? []
        : [
              {
                  object,
                  path,
                  container,
                  message: `${path} is release ${version.join(".")}, which has known holes. Use ${needed.join(".")} or newer.`,
              },
          ];
}

export const spireVersionsFit = stackControl({
    name: "spire-versions-fit",
    description: "SPIRE's releases are free of known holes, and no agent is newer than its server.",
    why: "Old releases let nodes attest twice or as others; an agent newer than its server speaks a protocol that the server does not know.",
    severity: "high",
    covers: [],
    frameworks: [...nist("SI-2", "CM-6"), ...soc2("CC7.1"), ...checklist("ZT-4", "ZT-5", "IR-3")],
    remediation: "Upgrade servers first and then agents, one minor release at a time, to 1.14.6, 1.15.2 or newer.",
    profiles: ["x0tta6bl4"],
    *check(stack, { each }): Iterable<StackFault> {
        const servers: Deployed[] = [];
        const agents: Deployed[] = [];
        yield* each(
            stack.objects.filter(carriesPod),
            (object) => object,
            function* (object) {
                const found = podsOf(object).flatMap((pod) => deployed(pod));
                servers.push(...found.filter(({ image }) => image === "spire-server"));
                agents.push(...found.filter(({ image }) => image === "spire-agent"));
                yield* found.flatMap(releaseFaults);
            },
        );
        const oldest = servers
            .flatMap(({ version }) => (version === undefined ? [] : [version]))
            .sort(compareVersions)[0];
        for (const { object, path, container, version } of agents) {
            if (version === undefined || oldest === undefined) {
                continue;
            }
            const how = skew(oldest, version);
            if (how !== "fits") {
                const says =
                    how === "newer"
                        ? `newer than the server's ${oldest.join(".")}. Upgrade servers first.`
                        : `more than one minor behind the server's ${oldest.join(".")}. Upgrade one minor at a time.`;
                yield { object, path, container, message: `${path} is release ${version.join(".")}, ${says}` };
            }
        }
    },
    admission: { none: "It compares several objects." },
});
