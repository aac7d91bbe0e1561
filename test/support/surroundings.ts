import { readConfig } from "../../components/config";
import { Images } from "../../components/images";
import type { Surroundings } from "../../components/shared";

const { config } = readConfig(
    {
        "x0tta6bl4:cluster": { name: "test", apiServer: { cidrs: ["10.0.0.0/28"], ports: [6443] } },
        "x0tta6bl4:platform": { namespace: "shop" },
    },
    "x0tta6bl4",
);

/** The surroundings of a component under test: API server at 10.0.0.0/28 port 6443, Prometheus in `monitoring`. */
export const SURROUNDINGS: Surroundings = {
    cluster: config.cluster,
    monitoring: config.monitoring,
    images: new Images(config.images),
};
