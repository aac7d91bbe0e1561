import { exposuresOf, podsBehind, servicesOf } from "../../kubernetes/services";
import { namespaceOf } from "../../kubernetes/stack";
import type { EdgeFamily } from "../edge";
import { admitsOutside } from "../outside";
import { TECHNIQUES } from "../techniques";

export const serviceBackend: EdgeFamily = {
    name: "service-backend",
    title: "take over the program that answers",
    technique: TECHNIQUES.exploitPublic,
    needs: "a flaw in the program, or a password of it",
    cut: {
        effort: "redesign",
        remedy: "Let a NetworkPolicy admit only who has to reach the pods.",
        control: "pods-have-a-network-policy",
    },
    find: (landscape) =>
        landscape.eachObject(servicesOf(landscape.stack), function* (service) {
            const { stack } = landscape;
            const from = landscape.node("service", namespaceOf(service), service.name, service);
            const routed = exposuresOf(stack, service).some(({ by }) => by !== service);
            for (const pod of podsBehind(stack, service)) {
                if (admitsOutside(stack, pod, routed)) {
                    yield {
                        from,
                        to: landscape.pod(pod),
                        object: service,
                        field: `${service.prefix}spec.selector`,
                    };
                }
            }
        }),
};
