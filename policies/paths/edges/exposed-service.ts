import { namespaceOf } from "../../kubernetes/stack";
import { servicesOf } from "../../kubernetes/services";
import type { EdgeFamily } from "../edge";
import { publicField } from "../outside";
import { TECHNIQUES } from "../techniques";

export const exposedService: EdgeFamily = {
    name: "exposed-service",
    title: "send requests to a Service that has an address outside the cluster",
    technique: TECHNIQUES.exploitPublic,
    needs: "for a NodePort, a node with an address that can be reached",
    cut: {
        effort: "change",
        remedy: "Make the Service ClusterIP, its load balancer internal, or name its clients in loadBalancerSourceRanges.",
        control: "load-balancer-sources-limited",
    },
    find: (landscape) =>
        landscape.eachObject(servicesOf(landscape.stack), function* (service) {
            const field = publicField(service);
            if (field !== undefined) {
                const to = landscape.node("service", namespaceOf(service), service.name, service);
                yield { from: landscape.node("internet"), to, object: service, field };
            }
        }),
};
