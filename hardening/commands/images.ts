import { podsOf } from "../../policies/kubernetes/pods";
import { Stack } from "../../policies/kubernetes/stack";
import { str } from "../../policies/kubernetes/kube";
import { EXIT } from "../findings";
import type { Io } from "../io";
import type { Arguments } from "../options";
import { requestedStacks, STACK_OPTIONS, stackLog } from "../preview/stacks";
import { previewProgram } from "../sources/program";
import type { Command } from "./command";

/** Lists every image that the stacks deploy, for scanners. */
export const command: Command = {
    operands: "",
    options: {
        ...STACK_OPTIONS,
        public: { type: "boolean", description: "leave out images of a registry on the local host" },
    },
    notes: ["Prints a JSON list of image references, each once, sorted."],
    run: images,
};

async function images({ options }: Arguments, io: Io) {
    const found = new Set<string>();
    for (const request of requestedStacks(options)) {
        const { resources } = await previewProgram(request, stackLog(io, request.stack));
        for (const object of new Stack(resources).objects) {
            podsOf(object)
                .flatMap(({ containers }) => containers)
                .forEach(({ body }) => found.add(str(body["image"])));
        }
    }
    const shown = [...found].filter(
        (image) => image !== "" && !(options.flag("public") && /^(?:localhost|127\.)/.test(image)),
    );
    io.out(`${JSON.stringify(shown.sort())}\n`);
    return EXIT.clean;
}
