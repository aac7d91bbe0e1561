import { podControl } from "../../engine/control";
import { nist, soc2 } from "../../engine/frameworks";
import { str } from "../../kubernetes/kube";

export const priorityClassSet = podControl({
    name: "priority-class-set",
    description: "Every pod states its priority class.",
    why: "When nodes run short, what protects the others goes as easily as a batch job, unless somebody said which matters.",
    severity: "low",
    // A cluster may well have a default class.
    enforcement: "advisory",
    covers: ["rel.priority-class"],
    frameworks: [...nist("CP-10", "SC-6"), ...soc2("A1.1")],
    remediation: "Set priorityClassName.",
    profiles: [],
    params: {
        classes: {
            type: "array",
            items: { type: "string" },
            description: "The priority classes to allow; any where empty.",
            default: [],
        },
    },
    admission: { none: "A cluster may have a default class." },
    *check(pod, { params }) {
        const name = str(pod.spec["priorityClassName"]);
        const path = `${pod.prefix}priorityClassName`;
        if (name === "") {
            yield { path, message: `${path} is not set. Name a class.`, absent: true };
        } else if (params.classes.length > 0 && !params.classes.includes(name)) {
            yield { path, message: `${path} is "${name}". Name one of ${params.classes.join(", ")}.` };
        }
    },
});
