import type { KubeObject } from "../kubernetes/kube";
import { list, obj, str, strings } from "../kubernetes/kube";
import type { ContainerView, PodView } from "../kubernetes/pods";
import { podsOf } from "../kubernetes/pods";
import { ifKnown } from "../kubernetes/unknown";
import { isSet } from "./unjudged-fields";

/**
 * Parts of pods and containers that have an effect and that no control knows, from the API reference of the pod and the
 * manuals of the runtimes that read the variables. Outside: what a program does that is in the image, and secrets and claims by name.
 */

/** Schedulers that Kubernetes itself brings. */
const OWN_SCHEDULER = "default-scheduler";

/** Variables that take a check of servers' certificates away, or lead clients elsewhere, by the value that does it. */
const VARIABLES: Readonly<Record<string, { readonly value: RegExp; readonly why: string }>> = {
    NODE_TLS_REJECT_UNAUTHORIZED: { value: /^0$/, why: "has Node.js take any certificate" },
    PYTHONHTTPSVERIFY: { value: /^0$/, why: "has Python take any certificate" },
    GIT_SSL_NO_VERIFY: { value: /^(?:1|true|yes|on)$/i, why: "has git take any certificate" },
    KUBERNETES_SERVICE_HOST: { value: /\S/, why: "leads clients to an API server of somebody's choice" },
    NODE_OPTIONS: {
        value: /--(?:require|import|loader|experimental-loader)\b|(?:^|\s)-r\b/,
        why: "loads code into Node.js",
    },
    JAVA_TOOL_OPTIONS: { value: /-(?:javaagent|agentpath|agentlib)\b/, why: "loads code into Java" },
    JDK_JAVA_OPTIONS: { value: /-(?:javaagent|agentpath|agentlib)\b/, why: "loads code into Java" },
    PYTHONSTARTUP: { value: /\S/, why: "has Python run a file first" },
    PERL5OPT: { value: /-M/, why: "loads code into Perl" },
    RUBYOPT: { value: /-r/, why: "loads code into Ruby" },
};

/** Command lines that run what somebody else serves, or hand a shell to somebody else. */
const COMMANDS: readonly { readonly shape: RegExp; readonly why: string }[] = [
    {
        shape: /\b(?:curl|wget)\b[^|;&\n]*\|\s*(?:sudo\s+)?(?:ba|da|z)?sh\b/,
        why: "runs what an address serves, which is in no image",
    },
    {
        shape: /\/dev\/(?:tcp|udp)\/|\b(?:nc|ncat|netcat)\b[^|;&\n]*\s-[a-z]*e\b/,
        why: "opens a shell's way to an address",
    },
    { shape: /\bnsenter\b/, why: "enters namespaces of another process" },
];

/** What of the pods of an object no control judges, each as a sentence that begins with its path. */
export function unjudgedPods(object: KubeObject): readonly string[] {
    return (ifKnown(() => podsOf(object)) ?? []).flatMap(
        (pod) => ifKnown(() => [...ofPod(pod), ...pod.containers.flatMap(ofContainer)]) ?? [],
    );
}

function ofPod({ prefix, spec }: PodView): readonly string[] {
    const scheduler = str(spec["schedulerName"]);
    const signers = list(spec["volumes"]).flatMap((volume, index) =>
        list(obj(obj(volume)["projected"])["sources"]).flatMap((source, at) =>
            obj(source)["podCertificate"] === undefined
                ? []
                : [
                      `${prefix}volumes[${index}].projected.sources[${at}].podCertificate is given by a signer, and no control knows whom it names`,
                  ],
        ),
    );
    return [
        ...(scheduler === "" || scheduler === OWN_SCHEDULER
            ? []
            : [`${prefix}schedulerName leaves the choice of the node to a scheduler that no control knows`]),
        ...(isSet(spec["resourceClaims"])
            ? [`${prefix}resourceClaims brings devices into the pod, and no control knows which`]
            : []),
        ...signers,
        ...profileOf(`${prefix}securityContext`, obj(spec["securityContext"])),
    ];
}

function ofContainer({ path, body }: ContainerView): readonly string[] {
    const variables = list(body["env"]).flatMap((entry, index) => {
        const { name, value } = obj(entry);
        const known = Object.hasOwn(VARIABLES, str(name)) ? VARIABLES[str(name)] : undefined;
        return known?.value.test(str(value)) === true
            ? [`${path}.env[${index}] ${known.why}, which no control judges`]
            : [];
    });
    const { postStart, preStop } = obj(body["lifecycle"]);
    const commands = [
        { at: "command", words: [...strings(body["command"]), ...strings(body["args"])] },
        ...Object.entries({ postStart, preStop }).map(([hook, handler]) => ({
            at: `lifecycle.${hook}.exec.command`,
            words: strings(obj(obj(handler)["exec"])["command"]),
        })),
    ].flatMap(({ at, words }) =>
        COMMANDS.filter(({ shape }) => shape.test(words.join(" "))).map(({ why }) => `${path}.${at} ${why}`),
    );
    return [
        ...variables,
        ...commands,
        ...(isSet(body["volumeDevices"])
            ? [
                  `${path}.volumeDevices brings a disk into the container without a file system, and no control knows whose`,
              ]
            : []),
        ...profileOf(`${path}.securityContext`, obj(body["securityContext"])),
    ];
}

/** A profile of AppArmor that lies on the nodes, where no control sees it. */
function profileOf(path: string, { appArmorProfile }: Readonly<Record<string, unknown>>): readonly string[] {
    return obj(appArmorProfile)["type"] === "Localhost"
        ? [`${path}.appArmorProfile is a profile on the nodes, and no control knows what it allows`]
        : [];
}
