import { pattern } from "../../engine/cel";
import type { Fault } from "../../engine/control";
import { podControl } from "../../engine/control";
import { mitre, nist, pss } from "../../engine/frameworks";
import { isObj, list, obj, str, strings } from "../../kubernetes/kube";
import type { ContainerView, PodView } from "../../kubernetes/pods";

/** git-sync, by the name of its image. Patterns that JavaScript and CEL (RE2) read alike. */
const GIT_SYNC_IMAGE = /(^|[/-])git-?sync(-[^/:@]*)?(:[^/@]*)?(@|$)/;
/** git-sync's settings that name a program to run in place of git, or beside it. */
const PROGRAM_VARIABLES = /^(GITSYNC|GIT_SYNC)_(GIT|EXECHOOK_COMMAND|EXECHOOK|SYNC_HOOK_COMMAND|HOOK_COMMAND)$/;
const PROGRAM_FLAGS = /^--?(git|exechook-command|sync-hook-command)(=|$)/;

function* volumeFaults(pod: PodView): Iterable<Fault> {
    for (const [index, volume] of list(pod.spec["volumes"]).entries()) {
        const { gitRepo } = obj(volume) as { gitRepo?: unknown };
        if (isObj(gitRepo)) {
            const path = `${pod.prefix}volumes[${index}].gitRepo`;
            yield {
                path,
                message: `${path} has the node run git on "${str(gitRepo["repository"])}". Clone in an init container.`,
            };
        }
    }
}

function* gitSyncFaults({ name, path, body }: ContainerView): Iterable<Fault> {
    for (const [index, variable] of list(body["env"]).entries()) {
        const key = str(obj(variable)["name"]);
        if (PROGRAM_VARIABLES.test(key)) {
            const where = `${path}.env[${index}].name`;
            yield {
                path: where,
                container: name,
                message: `${where} is "${key}", which has git-sync run another program (container "${name}"). Remove it.`,
            };
        }
    }
    for (const field of ["command", "args"]) {
        for (const [index, word] of strings(body[field]).entries()) {
            if (PROGRAM_FLAGS.test(word)) {
                const where = `${path}.${field}[${index}]`;
                yield {
                    path: where,
                    container: name,
                    message: `${where} has git-sync run another program (container "${name}"). Remove it.`,
                };
            }
        }
    }
}

export const noGitVolumes = podControl({
    name: "no-git-volumes",
    description: "No pod has the node clone a repository, nor git-sync run a program of the manifest's choice.",
    why: "A repository's hooks run as root on the node (CVE-2024-10220), and git-sync runs whatever its settings name as git.",
    severity: "high",
    covers: ["pod.git-volume"],
    frameworks: [...mitre("T1611", "T1609"), ...nist("CM-7", "SI-2"), ...pss("restricted/restrictedVolumes")],
    remediation: "Clone in an init container with fixed arguments, into an emptyDir.",
    profiles: ["x0tta6bl4"],
    admission: {
        expression: [
            "variables.podSpec == null || (variables.podSpec.?volumes.orValue([]).all(v, !has(v.gitRepo)) &&",
            ` variables.containers.filter(c, c.?image.orValue('').matches(${pattern(GIT_SYNC_IMAGE)})).all(c,`,
            `  c.?env.orValue([]).all(e, !e.name.matches(${pattern(PROGRAM_VARIABLES)})) &&`,
            `  (c.?command.orValue([]) + c.?args.orValue([])).all(w, !w.matches(${pattern(PROGRAM_FLAGS)}))))`,
        ].join("\n"),
    },
    // subPath mounts aren't looked at: the races of CVE-2021-25741 are fixed in every version that is still supported.
    *check(pod) {
        yield* volumeFaults(pod);
        for (const container of pod.containers) {
            if (GIT_SYNC_IMAGE.test(str(container.body["image"]))) {
                yield* gitSyncFaults(container);
            }
        }
    },
});
