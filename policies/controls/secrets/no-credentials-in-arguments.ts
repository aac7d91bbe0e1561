import { podControl } from "../../engine/control";
import { looksLikeCredential, passwordFlagFault, statementFault } from "./credential-formats";
import { isCredential } from "./credential-names";
import { credentialWithin } from "./credentials";
import { checklist, mitre, nist, soc2 } from "../../engine/frameworks";
import type { Body } from "../../kubernetes/kube";
import { obj, strings } from "../../kubernetes/kube";

export const noCredentialsInArguments = podControl({
    name: "no-credentials-in-arguments",
    description: "No command line holds a literal credential.",
    why: "Arguments stand in the manifest, in the process list of the node and in every crash report.",
    severity: "high",
    covers: [],
    frameworks: [...mitre("T1552.001"), ...nist("IA-5(7)"), ...soc2("CC6.1"), ...checklist("SEC-1", "PRE-3")],
    remediation: "Pass the path of a mounted Secret, and rotate the credential: it is known now.",
    profiles: ["nsa", "x0tta6bl4"],
    *check(pod) {
        for (const { name: container, path, body } of pod.containers) {
            for (const [field, value] of commandLines(body)) {
                const words = strings(value);
                let hasFault = false;
                for (const [index, word] of words.entries()) {
                    const found = credentialIn(word, words[index + 1]);
                    if (found !== undefined) {
                        hasFault = true;
                        const at = `${path}.${field}[${index}]`;
                        yield {
                            path: at,
                            container,
                            message: `${at} ${found}. Pass the path of a mounted Secret and rotate it.`,
                        };
                    }
                }
                const flag = hasFault
                    ? undefined
                    : (passwordFlagFault(words.join(" ")) ?? statementFault(words.join(" ")));
                if (flag !== undefined) {
                    const at = `${path}.${field}`;
                    yield {
                        path: at,
                        container,
                        message: `${at} ${flag}. Pass the path of a mounted Secret and rotate it.`,
                    };
                }
            }
        }
    },
    admission: {
        none: "The same names and formats in Common Expression Language exceed the API server's cost limit for one rule.",
    },
});

/** Every command line of a container: its own, and those that the kubelet runs in it. */
function commandLines(container: Body): readonly (readonly [field: string, words: unknown])[] {
    const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
    const { postStart, preStop } = obj(lifecycle);
    const hooks = {
        livenessProbe,
        readinessProbe,
        startupProbe,
        "lifecycle.postStart": postStart,
        "lifecycle.preStop": preStop,
    };
    return [
        ["command", container["command"]],
        ["args", container["args"]],
        ...Object.entries(hooks).map(
            ([at, hook]) => [`${at}.exec.command`, obj(obj(hook)["exec"])["command"]] as const,
        ),
    ];
}

/** Flags of curl, wget and the like that take a user and a password with a colon between them. */
const USER_FLAG = /^(?:-u|--user|--proxy-user|-U)$/;

/** What is wrong with one word of a command line; its value may be the next word. Never the value itself. */
function credentialIn(word: string, next: string | undefined): string | undefined {
    const shape = looksLikeCredential(word);
    if (shape !== undefined) {
        return `holds ${shape}`;
    }
    const [, flag = "", value] = /^--?([A-Za-z][\w.-]*)(?:=(.*))?$/s.exec(word) ?? [];
    const given = value ?? (next?.startsWith("-") === true ? undefined : next);
    const name = given !== undefined && isCredential(flag, given) ? flag : credentialWithin(word);
    if (name !== undefined) {
        return `sets "${name}", the name of a credential, to a literal`;
    }
    const byFlag = passwordFlagFault(word) ?? statementFault(word);
    if (byFlag !== undefined) {
        return byFlag;
    }
    return USER_FLAG.test(word) && /^[^\s:$]+:[^\s:$/][^\s:]*$/.test(next ?? "")
        ? `is followed by a user and a password`
        : undefined;
}
