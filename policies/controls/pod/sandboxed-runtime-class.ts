import { stackControl } from "../../engine/control";
import { mitre, nist } from "../../engine/frameworks";
import { str } from "../../kubernetes/kube";
import type { Stack } from "../../kubernetes/stack";

/** What RuntimeClasses of sandboxes, and their handlers, are called by the projects that make them. */
const SANDBOX = /gvisor|runsc|kata|firecracker|sandbox|nabla|confidential|\bsev\b|\btdx\b|wasm|spin|hyperv/i;

/** A class is judged by its handler where the stack defines it, otherwise by its name. */
function isSandboxed(stack: Stack, name: string): boolean {
    const runtimeClass = stack.find("RuntimeClass", "", name);
    return SANDBOX.test(runtimeClass === undefined ? name : str(runtimeClass.body["handler"]));
}

export const sandboxedRuntimeClass = stackControl({
    name: "sandboxed-runtime-class",
    description: "Every pod runs in a sandboxed container runtime.",
    why: "With a runtime that puts a second kernel in between, a flaw in the node's kernel is out of a container's reach.",
    severity: "low",
    // Few workloads are worth the price, and nodes have to bring the runtime.
    enforcement: "advisory",
    covers: ["pod.runtime-class"],
    frameworks: [...mitre("T1611"), ...nist("SC-39")],
    remediation: "Set runtimeClassName to a class whose handler is gVisor or Kata Containers.",
    profiles: [],
    params: {
        classes: {
            type: "array",
            items: { type: "string" },
            description: "Further runtime classes to accept, by name.",
            default: [],
        },
    },
    admission: {
        none: "Which handler a class names can't be looked up; classes are limited by RBAC and quota instead.",
    },
    *check(stack, { params, each }) {
        yield* each(
            stack.pods(),
            (pod) => pod.object,
            function* (pod) {
                const name = str(pod.spec["runtimeClassName"]);
                if (name === "" || !(params.classes.includes(name) || isSandboxed(stack, name))) {
                    const path = `${pod.prefix}runtimeClassName`;
                    yield {
                        object: pod.object,
                        path,
                        message: `${path} is ${name === "" ? "not set" : `"${name}", which isn't known to be a sandbox`}. Name a sandboxed class.`,
                        absent: name === "",
                    };
                }
            },
        );
    },
});
