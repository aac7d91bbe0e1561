import { str } from "../../policies/kubernetes/kube";
import { podsOf } from "../../policies/kubernetes/pods";
import { Stack } from "../../policies/kubernetes/stack";
import { defineCommand } from "../cli/command";
import { EXIT } from "../findings";
import { runStack } from "../preview/stacks";

/** Lists every image that the stacks deploy, for scanners. */
export const command = defineCommand({
    stacks: "many",
    options: {
        public: { type: "flag", description: "leave out images of a registry on the local host" },
    },
    notes: ["Prints a JSON list of image references, each once, sorted."],
    run: async ({ options, stacks, io }) => {
        const found = new Set<string>();
        for (const request of stacks) {
            const { resources } = await runStack(request, io);
            for (const object of new Stack(resources).objects) {
                podsOf(object)
                    .flatMap(({ containers }) => containers)
                    .forEach(({ body }) => found.add(str(body["image"])));
            }
        }
        const shown = [...found].filter(
            (image) => image !== "" && !(options.public && /^(?:localhost|127\.)/.test(image)),
        );
        io.out(`${JSON.stringify(shown.sort())}\n`);
        return EXIT.clean;
    },
});
