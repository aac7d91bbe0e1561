import { texts } from "../../engine/cel";
import { podControl } from "../../engine/control";
import { mitre, nist, soc2 } from "../../engine/frameworks";
import { list, obj, str } from "../../kubernetes/kube";

/** What has the dynamic linker (ld.so(8)) or a shell (bash(1), sh's ENV) run something before the program's own first line. */
const LOADERS: readonly string[] = ["BASH_ENV", "LD_AUDIT", "LD_PRELOAD"];

export const noLoaderVariables = podControl({
    name: "no-loader-variables",
    description: "No container is told by a variable to load foreign code before its program.",
    why: "The image's signature says nothing of what is loaded from a volume into its program, with all of its secrets.",
    severity: "medium",
    // Other allocators of memory are loaded in this way too.
    enforcement: "advisory",
    covers: [],
    frameworks: [...mitre("T1574.006"), ...nist("CM-7", "SI-7"), ...soc2("CC6.8")],
    remediation: "Build what has to be loaded into the image.",
    profiles: ["x0tta6bl4"],
    *check(pod) {
        for (const { name: container, path, body } of pod.containers) {
            for (const [index, variable] of list(body["env"]).entries()) {
                const name = str(obj(variable)["name"]);
                if (LOADERS.includes(name)) {
                    const at = `${path}.env[${index}].name`;
                    yield {
                        path: at,
                        container,
                        message: `${at} is "${name}", which loads code into every program that starts (container "${container}"). Build it into the image.`,
                    };
                }
            }
        }
    },
    admission: { expression: `variables.containers.all(c, c.?env.orValue([]).all(e, !(e.name in ${texts(LOADERS)})))` },
});
