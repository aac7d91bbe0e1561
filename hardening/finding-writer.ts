import type { Control, Fault } from "../policies/engine/control";
import type { Exception } from "../policies/engine/exceptions";
import type { WaiverFault } from "../policies/engine/governance";
import type { KubeObject } from "../policies/kubernetes/kube";
import { messageOf } from "../policies/kubernetes/kube";
import type { Selected } from "../policies/engine/profiles";
import { typeToken } from "../policies/kubernetes/resource";
import type { Accepts, Outcome } from "../policies/engine/run";
import type { Stack } from "../policies/kubernetes/stack";
import { namespaceOf } from "../policies/kubernetes/stack";
import type { UnknownValue } from "../policies/kubernetes/unknown";
import type { Waiver, WaiverBook } from "../policies/engine/waivers";
import type { EvaluateOptions } from "./evaluate";
import type { Finding } from "./findings";

/** What a control says that is not a failure of its own. */
export type Judged = Exclude<Outcome, { status: "error" }>;

/** Why a fault fails nothing, where that is so. */
interface Acceptance {
    readonly exception?: Exception;
    readonly waiver?: Waiver | undefined;
}

/** What the findings of one object have in common. */
interface About {
    readonly object: KubeObject | undefined;
    readonly type: string;
    /** What every message about the object starts with. */
    readonly prefix: string;
    readonly owner: string | undefined;
}

/** Makes findings out of what controls say. The findings of one object come in a row, so what they share is made once. */
export class FindingWriter {
    private about: About = { object: undefined, type: "", prefix: "", owner: undefined };

    constructor(
        private readonly book: WaiverBook,
        private readonly options: Pick<EvaluateOptions, "exceptions" | "ownerOf"> = {},
    ) {}

    /** Built field by field: a large scan makes millions of these, and spreading objects into each would dominate it. */
    public finding({ control, enforcement, inPart }: Selected, outcome: Judged, stack: Stack): Finding {
        const { object } = outcome;
        const { type, prefix, owner } = this.aboutOf(object);
        const fault = outcome.status === "violation" ? outcome.fault : unverifiableFault(outcome.error);
        const acceptance = outcome.status === "violation" ? this.acceptanceOf(control, outcome.object, fault) : {};
        const urn = object?.resource.urn;
        const finding: { -readonly [K in keyof Finding]: Finding[K] } = {
            source: object?.resource.source ?? sourceOf(stack),
            document: object?.resource.document ?? 0,
            type,
            kind: object?.kind ?? "",
            namespace: object?.namespace ?? "",
            name: object?.name ?? "",
            ...(urn !== undefined && { urn }),
            control: control.name,
            covers: fault.covers ?? control.covers,
            severity: control.severity,
            enforcement:
                inPart === undefined || fault.decided === true || isWhole(object, stack) ? enforcement : inPart,
            status: outcome.status === "unverifiable" ? "unverifiable" : "violation",
            path: fault.path,
            message: prefix + fault.message,
            remediation: control.remediation,
            frameworks: control.frameworks,
        };
        if (fault.container !== undefined) {
            finding.container = fault.container;
        }
        if (fault.absent === true) {
            finding.absent = true;
        }
        if (fault.fix !== undefined) {
            finding.fix = fault.fix;
            finding.safe = fault.safe === true;
        }
        if (acceptance.exception !== undefined) {
            finding.status = "excepted";
            finding.exception = exceptionOf(acceptance.exception);
        } else if (acceptance.waiver !== undefined) {
            finding.status = "waived";
            finding.waiver = grantOf(acceptance.waiver);
        }
        if (owner !== undefined) {
            finding.owner = owner;
        }
        return finding;
    }

    /** Says whether a fault fails nothing. */
    public readonly accepts: Accepts = (control, object, fault) => {
        const { exception, waiver } = this.acceptanceOf(control, object, fault);
        return (exception ?? waiver) !== undefined;
    };

    /** What is excepted needs no waiver, so that one for it is of no use and is reported as such. */
    private acceptanceOf(control: Control, object: KubeObject, fault: Fault): Acceptance {
        const exception = this.options.exceptions?.find(control, object, fault);
        return exception === undefined ? { waiver: this.book.find(control, object, fault) } : { exception };
    }

    private aboutOf(object: KubeObject | undefined): About {
        if (object !== this.about.object) {
            this.about =
                object === undefined
                    ? { object, type: "", prefix: "", owner: undefined }
                    : {
                          object,
                          type: typeOf(object),
                          prefix: messageOf(object, ""),
                          owner: this.options.ownerOf?.(object),
                      };
        }
        return this.about;
    }
}

/** Whether all of a deployment is judged, as far as one can tell: the object's Namespace is. */
function isWhole(object: KubeObject | undefined, stack: Stack): boolean {
    return object === undefined || stack.find("Namespace", "", namespaceOf(object)) !== undefined;
}

/** What findings about a stack as a whole name as their source. */
export function sourceOf(stack: Stack): string {
    return stack.resources[0]?.source ?? "";
}

function unverifiableFault({ props, message }: UnknownValue): Fault {
    return { path: props.map(String).join("."), message: `can't tell: ${message}` };
}

/** An item of a list is an object of its own; the token of the list says nothing about it. */
function typeOf({ resource, prefix, apiVersion, kind }: KubeObject): string {
    return prefix === "" ? resource.type : typeToken(apiVersion, kind);
}

function grantOf({ reason, owner, ticket, expires, from }: Waiver) {
    return { reason, owner, ticket, expires, from };
}

function exceptionOf({ component, reason }: Exception) {
    return { component: component.slice(component.lastIndexOf("$") + 1), reason };
}

/** A waiver that breaks a rule for waivers, as a finding. */
export function findingOfWaiver({ rule, waiver, message }: WaiverFault): Finding {
    const [source = waiver.from, path = ""] = waiver.from.split(": ", 2);
    return {
        source,
        document: 0,
        type: "",
        kind: "Waiver",
        namespace: "",
        name: `${waiver.control} for ${waiver.object}`,
        control: rule.name,
        covers: rule.covers,
        severity: rule.severity,
        enforcement: rule.enforcement ?? "mandatory",
        status: "violation",
        path,
        message,
        remediation: rule.remediation,
        frameworks: rule.frameworks,
        ...(waiver.container !== undefined && { container: waiver.container }),
    };
}
