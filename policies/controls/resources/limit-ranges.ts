import type { ControlMeta, Fault, Params, ParamSchemas, StackControl } from "../../engine/control";
import { stackControl, statedFaults } from "../../engine/control";
import type { Body, KubeObject } from "../../kubernetes/kube";
import { list, obj, str } from "../../kubernetes/kube";
import type { ContainerView, PodView } from "../../kubernetes/pods";
import { carriesPod, podsOf } from "../../kubernetes/pods";
import { append } from "../../kubernetes/selectors";
import type { Stack } from "../../kubernetes/stack";
import { namespaceOf } from "../../kubernetes/stack";

/** What a namespace gives containers that say nothing, by resource. */
interface Defaults {
    readonly limits: Body;
    readonly requests: Body;
}

/** A control over the resources of pods, as they are once the LimitRanges of the stack have filled them in. */
export function resourceControl<const S extends ParamSchemas = never>({
    check,
    ...meta
}: ControlMeta<S> & { readonly check: (pod: PodView, params: Params<S>) => Iterable<Fault> }): StackControl {
    return stackControl({
        ...meta,
        applies: ({ pods }) => pods,
        *check(stack, { each, params }) {
            yield* each(
                stack.objects.filter(carriesPod),
                (object) => object,
                function* (object) {
                    for (const pod of podsOf(object)) {
                        for (const fault of statedFaults(pod, check(admitted(stack, pod), params))) {
                            yield { ...fault, object };
                        }
                    }
                },
            );
        },
    });
}

/** A pod as the admission plugin LimitRanger leaves it. */
function admitted(stack: Stack, pod: PodView): PodView {
    const ranges = stack.memo(rangesByNamespace).get(namespaceOf(pod.object)) ?? [];
    if (ranges.length === 0) {
        return pod;
    }
    const [defaults, ...others] = ranges.map(defaultsOf);
    const given = others.reduce(
        (sum, next) => ({
            limits: { ...next.limits, ...sum.limits },
            requests: { ...next.requests, ...sum.requests },
        }),
        defaults ?? { limits: {}, requests: {} },
    );
    return { ...pod, containers: pod.containers.map((container) => filled(container, given)) };
}

/** The API server takes a container's own limit for a request that is missing before any LimitRange is asked. */
function filled(container: ContainerView, { limits, requests }: Defaults): ContainerView {
    if (container.role === "ephemeral") {
        return container;
    }
    const own = obj(container.body["resources"]);
    const limited = obj(own["limits"]);
    const asked = Object.fromEntries(Object.entries(requests).filter(([resource]) => limited[resource] === undefined));
    const resources = { ...own, limits: { ...limits, ...limited }, requests: { ...asked, ...obj(own["requests"]) } };
    return { ...container, body: { ...container.body, resources } };
}

function rangesByNamespace(stack: Stack): ReadonlyMap<string, readonly KubeObject[]> {
    const found = new Map<string, KubeObject[]>();
    for (const range of stack.ofKind("LimitRange").filter(({ group, patch }) => group === "" && !patch)) {
        append(found, namespaceOf(range), range);
    }
    return found;
}

/** What a LimitRange gives, once the API server has completed it (SetDefaults_LimitRangeItem): limits from max, requests from both. */
function defaultsOf(range: KubeObject): Defaults {
    const items = list(obj(range.body["spec"])["limits"])
        .map(obj)
        .filter((item) => str(item["type"]) === "Container");
    const limits = items.map((item) => ({ ...obj(item["max"]), ...obj(item["default"]) }));
    const requests = items.map((item, index) => ({
        ...obj(item["min"]),
        ...limits[index],
        ...obj(item["defaultRequest"]),
    }));
    // Of two items that say something of one resource, the first is asked first.
    const firstWins = (bodies: readonly Body[]): Body => Object.assign({}, ...bodies.toReversed()) as Body;
    return { limits: firstWins(limits), requests: firstWins(requests) };
}
