import type { ControlMeta, Fault, ObjectControl, Subject } from "../../engine/control";
import { objectControl } from "../../engine/control";
import type { ComponentName, ComponentView } from "./control-plane";
import { componentsOf, configurationsOf } from "./control-plane";
import { COMPONENT_GROUPS, SETUP_GROUPS } from "../../kubernetes/carried";
import type { Body, KubeObject } from "../../kubernetes/kube";
import { obj } from "../../kubernetes/kube";
import { keepsTexts } from "../../kubernetes/texts";
import { show } from "../../text";

/** What one setting of a component has to be. */
export interface FlagRule {
    readonly flag: string;
    /** The components whose flag it is, of those that the control is about. Default: all of them. */
    readonly of?: readonly ComponentName[];
    /** Says whether a value is good. */
    readonly accepts: (value: string) => boolean;
    /** What to set it to, for the message: `false`, `a list with NodeRestriction`. */
    readonly wanted: string;
    /** What the component does where nothing is said, where that is no good: `true`. */
    readonly absent?: string;
    /** The flag that makes no sense without this one, as a certificate without its key: where it is set, absence counts. */
    readonly partner?: string;
    /** The flag that says the same instead, or names a file that does; where it is set, absence says nothing. */
    readonly instead?: string;
    /** A flag and the value of it with which this one means nothing; with it, absence says nothing. */
    readonly unless?: readonly [flag: string, value: string];
    /** The field of the component's configuration file that says the same. */
    readonly field?: string;
    /** What the component does where its file leaves the field out, where no flag and no other file can hold it: `true`. */
    readonly fieldAbsent?: string;
    /** Section of the CIS Kubernetes Benchmark, for the message. */
    readonly cis?: string;
}

const LOOPBACK = /^(?:127(?:\.\d+){3}|\[?::1\]?|localhost)(?::\d+)?$/;
/** An address of the node itself, with a port or without. */
export const isLoopback = (value: string): boolean => LOOPBACK.test(value);
/** What Go's strconv.ParseBool, which reads the flags, takes for false and for true. */
export const isFalse = (value: string): boolean => ["0", "f", "F", "false", "FALSE", "False"].includes(value);
export const isTrue = (value: string): boolean => ["1", "t", "T", "true", "TRUE", "True"].includes(value);
/** A list of `Feature=true` that does not switch a feature off; blanks around its parts don't count. */
export const leavesOn =
    (feature: string) =>
    (value: string): boolean =>
        !value.split(",").some((gate) => {
            const [name = "", state = ""] = gate.split("=").map((part) => part.trim());
            return name === feature && isFalse(state);
        });
/** Good as long as it names something. */
export const isSet = (value: string): boolean => value !== "" && value !== "true";
export const never = (): boolean => false;
/** A number of at least so much. */
export const atLeast =
    (least: number) =>
    (value: string): boolean =>
        /^\d+$/.test(value) && Number(value) >= least;
/** A comma-separated list that holds an entry. */
export const lists =
    (entry: string) =>
    (value: string): boolean =>
        value.split(",").some((one) => one.trim() === entry);
export const lacks =
    (entry: string) =>
    (value: string): boolean =>
        !lists(entry)(value);

/** The flags that decide how well an API server is guarded; several controls share the subject. */
export const API_SERVER_FLAGS: readonly string[] = [
    "anonymous-auth",
    "authorization-mode",
    "basic-auth-file",
    "client-ca-file",
    "disable-admission-plugins",
    "enable-admission-plugins",
    "etcd-cafile",
    "etcd-certfile",
    "etcd-keyfile",
    "insecure-bind-address",
    "insecure-port",
    "kubelet-certificate-authority",
    "kubelet-client-certificate",
    "kubelet-client-key",
    "kubelet-https",
    "profiling",
    "request-timeout",
    "secure-port",
    "service-account-extend-token-expiration",
    "service-account-key-file",
    "service-account-lookup",
    "tls-cert-file",
    "tls-private-key-file",
    "token-auth-file",
];

/** The flags that decide what is audited and kept. */
export const AUDIT_FLAGS: readonly string[] = [
    "audit-log-maxage",
    "audit-log-maxbackup",
    "audit-log-maxsize",
    "audit-log-path",
    "audit-policy-file",
];

/** The flags that decide how well a kubelet is guarded. */
export const KUBELET_FLAGS: readonly string[] = [
    "allow-privileged",
    "anonymous-auth",
    "authorization-mode",
    "cadvisor-port",
    "client-ca-file",
    "event-qps",
    "feature-gates",
    "hostname-override",
    "make-iptables-util-chains",
    "pod-max-pids",
    "protect-kernel-defaults",
    "read-only-port",
    "rotate-certificates",
    "rotate-server-certificates",
    "seccomp-default",
    "streaming-connection-idle-timeout",
    "tls-cert-file",
    "tls-private-key-file",
];

/** A control over the flags of one component, in pods, kubeadm's configuration and reports about nodes. */
export function flagControl(
    control: Omit<ControlMeta, "admission"> & {
        readonly components: readonly ComponentName[];
        readonly rules: readonly FlagRule[];
        /** All flags that bear on the same subject, where several controls share it. Default: those of the rules. */
        readonly subject?: readonly string[];
    },
): ObjectControl {
    const { components, rules, subject, ...meta } = control;
    const flags = subject ?? rules.map(({ flag }) => flag);
    return {
        ...objectControl({
            ...meta,
            admission: { none: "Static pods and files of the node do not pass through admission control." },
            kinds: [],
            *check(object) {
                for (const view of componentsOf(object).filter(({ name }) => components.includes(name))) {
                    const own = rules.filter(({ of }) => of === undefined || of.includes(view.name));
                    yield* flagFaults(view, own, flags, quoteOf(object));
                }
                for (const { name, body, at } of configurationsOf(object)) {
                    if (components.includes(name)) {
                        yield* fieldFaults(body, at, rules, quoteOf(object));
                    }
                }
            },
        }),
        applies,
    };
}

function applies(subject: Subject): boolean {
    return (
        subject.pods ||
        keepsTexts(subject) ||
        ["hostdata.kubescape.cloud", ...COMPONENT_GROUPS, ...SETUP_GROUPS].includes(subject.group)
    );
}

/** How a value is called in a message: by itself, but for what stands in a Secret. */
type Quote = (value: string) => string;

function quoteOf({ group, kind }: KubeObject): Quote {
    return group === "" && kind === "Secret" ? () => "not as it should be" : (value) => `"${value}"`;
}

function* flagFaults(
    view: ComponentView,
    rules: readonly FlagRule[],
    subject: readonly string[],
    quote: Quote,
): Iterable<Fault> {
    const more = view.container === undefined ? {} : { container: view.container };
    for (const rule of rules) {
        const found = view.flags.get(rule.flag);
        if (found !== undefined && !rule.accepts(found.value)) {
            yield {
                path: found.path,
                message: `${found.path}: --${rule.flag} of ${view.name} is ${quote(found.value)}. ${advice(rule)}`,
                ...more,
            };
        } else if (found === undefined && rule.absent !== undefined && isAtDefault(view, rule, subject)) {
            yield {
                path: view.path,
                message: `${view.path}: --${rule.flag} of ${view.name} is unset, which means ${rule.absent}. ${advice(rule)}`,
                absent: true,
                ...more,
            };
        }
    }
}

function isAtDefault(view: ComponentView, rule: FlagRule, subject: readonly string[]): boolean {
    const isHalf = rule.partner !== undefined && view.flags.has(rule.partner);
    const [other = "", idle] = rule.unless ?? [];
    const isElsewhere =
        (rule.instead !== undefined && view.flags.has(rule.instead)) ||
        (idle !== undefined && view.flags.get(other)?.value === idle);
    return (isHalf || speaksForAll(view, subject)) && !isElsewhere && !fromFile(view, rule);
}

/**
 * Says whether a flag that is missing is at its default. It is where the manifest is whole; an excerpt that sets some flags
 * of a subject is about those, while one that sets none leaves them all.
 */
function speaksForAll(view: ComponentView, subject: readonly string[]): boolean {
    return view.extent === "whole" || (view.extent === "excerpt" && !subject.some((flag) => view.flags.has(flag)));
}

function advice(rule: FlagRule): string {
    return `Set it to ${rule.wanted}${rule.cis === undefined ? "" : ` (CIS ${rule.cis})`}.`;
}

/** A component with a configuration file may have the setting there; etcd's has a field for each flag, and no other counts. */
function fromFile(view: ComponentView, rule: FlagRule): boolean {
    return view.configFile && (rule.field !== undefined || view.name === "etcd");
}

function* fieldFaults(
    body: Body,
    at: (field: string) => string,
    rules: readonly FlagRule[],
    quote: Quote,
): Iterable<Fault> {
    for (const rule of rules) {
        if (rule.field === undefined) {
            continue;
        }
        const value = rule.field.split(".").reduce<unknown>((inner, step) => obj(inner)[step], body);
        const path = at(rule.field);
        const text = Array.isArray(value) ? value.map(show).join(",") : show(value);
        if (value !== undefined && value !== null && !rule.accepts(text)) {
            yield { path, message: `${path}: ${rule.field} is ${quote(text)}. ${advice(rule)}` };
        } else if ((value === undefined || value === null) && rule.fieldAbsent !== undefined) {
            yield {
                path,
                message: `${path}: ${rule.field} is unset, which means ${rule.fieldAbsent}. ${advice(rule)}`,
                absent: true,
            };
        }
    }
}
