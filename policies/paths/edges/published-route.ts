import { exposuresOf, servicesOf } from "../../kubernetes/services";
import { namespaceOf } from "../../kubernetes/stack";
import type { EdgeFamily } from "../edge";
import { isPublished } from "../outside";
import { TECHNIQUES } from "../techniques";

export const publishedRoute: EdgeFamily = {
    name: "published-route",
    title: "send requests that an Ingress or a route passes on",
    technique: TECHNIQUES.exploitPublic,
    needs: "nothing more",
    cut: {
        effort: "redesign",
        remedy: "Publish the Service on an internal Gateway, or take it out of the route.",
        control: "no-unreviewed-exposure",
    },
    find: (landscape) =>
        landscape.eachObject(servicesOf(landscape.stack), function* (service) {
            const routes = exposuresOf(landscape.stack, service).filter(({ by }) => by !== service);
            for (const { by } of routes.filter((route) => isPublished(landscape.stack, route.by))) {
                const to = landscape.node("service", namespaceOf(service), service.name, service);
                yield { from: landscape.node("internet"), to, object: by, field: `${by.prefix}spec` };
            }
        }),
};
