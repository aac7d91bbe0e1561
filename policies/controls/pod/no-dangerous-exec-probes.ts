import { podControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import { obj, strings } from "../../kubernetes/kube";

const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"] as const;

/** Programs that run the one which their arguments name. */
const WRAPPERS = /^(?:busybox|chroot|env|exec|nice|nohup|setsid|stdbuf|sudo|time|timeout|xargs)$/;
/** What stands in front of a program in a shell's command: assignments and words of the shell. */
const PRELUDE = /^(?:\w+=.*|!|\{|then|do|else|if|while|until|elif)$/;
const SHELL = /^(?:ba|da|a|k|z)?sh$/;

const baseName = (word: string): string => word.slice(word.lastIndexOf("/") + 1);

/** The programs that a command line starts, without their directories: the first word, and those of a shell's script. */
function programs(command: readonly string[]): readonly string[] {
    const script = SHELL.test(baseName(command[0] ?? ""));
    return script
        ? command
              .slice(1)
              .flatMap((word) => word.split(/[;&|()`\n]+|\$\(/).flatMap((one) => started(one.trim().split(/\s+/))))
        : started(command);
}

function started(words: readonly string[]): readonly string[] {
    const [first = "", ...rest] = words.slice(words.findIndex((word) => !PRELUDE.test(word))).map(unquoted);
    const program = baseName(first);
    return WRAPPERS.test(program) ? [program, ...rest.map(baseName)] : [program];
}

const unquoted = (word: string): string => word.replaceAll(/["']/g, "");

export const noDangerousExecProbes = podControl({
    name: "no-dangerous-exec-probes",
    description: "No probe runs a command that inspects processes or walks the filesystem.",
    why: "A probe runs every few seconds inside the container: such commands stall it, leave processes behind and read what they need not.",
    severity: "low",
    enforcement: "advisory", // The command runs with what its own container has, and no more.
    covers: ["pod.exec-probe-commands"],
    frameworks: [...mitre("T1609", "T1613"), ...nist("CM-7")],
    remediation: "Ask the program itself, with httpGet, grpc or tcpSocket.",
    profiles: ["x0tta6bl4"],
    params: {
        commands: {
            type: "array",
            items: { type: "string" },
            description: "The commands that no probe may run.",
            default: ["find", "jcmd", "jmap", "jstack", "jstat", "kubectl", "ls", "lsof", "ps", "sudo", "top"],
        },
    },
    admission: { none: "The list of commands is a parameter, and a probe of this kind endangers only its own pod." },
    *check(pod, { params }) {
        for (const { name, path, body } of pod.containers) {
            for (const probe of PROBES) {
                const command = strings(obj(obj(body[probe])["exec"])["command"]);
                const found = programs(command).find((program) => params.commands.includes(program));
                if (found !== undefined) {
                    const where = `${path}.${probe}.exec.command`;
                    yield {
                        path: where,
                        container: name,
                        message: `${where} runs "${found}" (container "${name}"). Ask the program itself.`,
                    };
                }
            }
        }
    },
});
