import type { Observations } from "../../evidence/observations";
import { count } from "../../formats/style";
import type { ChecklistRow } from "../checklist";
import type { Judgement } from "../judgement";
import { missing, proven, unproven } from "../judgement";
import { judgeRun } from "./runs";

/** Judges by the scans of images, each of which has to be of the very digest that is deployed. */
export function judgeImages(
    images: readonly string[],
    observations: Observations,
    row: Pick<ChecklistRow, "maxAge" | "live">,
): Judgement {
    if (images.length === 0) {
        return missing("the stack deploys none");
    }
    const judged = images.map((image) => {
        const digest = /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
        return {
            image,
            ...(digest === undefined
                ? missing("is deployed by no digest, so no scan is known to be of it")
                : judgeRun("images", digest, observations, row)),
        };
    });
    for (const [state, judge] of [
        ["missing", missing],
        ["unproven", unproven],
    ] as const) {
        const [first, ...more] = judged.filter((one) => one.state === state);
        if (first !== undefined) {
            // What no scan at all was given of is one reason for all of them.
            const alike = more.every(({ detail }) => detail === first.detail);
            const rest = more.length === 0 || alike ? "" : `, and ${count(more.length, "more image")}`;
            return judge(alike && more.length > 0 ? first.detail : `${first.image} ${first.detail}${rest}`);
        }
    }
    const statement = judged[0]?.statement;
    return {
        ...proven(`${count(images.length, "image")} scanned by digest`),
        ...(statement !== undefined && { statement }),
    };
}
