import type { EdgeFamily } from "../../edge";
import { grantsOf, subjectNode } from "../../grants";
import { TECHNIQUES } from "../../techniques";
import { SHIPPED } from "./family";

/** Comes after the families that say what bindings are worth: one that is worth nothing has no node. */
export const bindingSubjects: EdgeFamily = {
    name: "binding-subjects",
    title: "use what a binding gives them",
    technique: TECHNIQUES.validAccounts,
    needs: "nothing more",
    cut: { effort: "redesign", remedy: "Take the subject out of the binding." },
    *find(landscape) {
        for (const grant of grantsOf(landscape)) {
            const to = landscape.existing("binding", grant.namespace, grant.name);
            for (const subject of to === undefined ? [] : grant.subjects) {
                const from = subjectNode(landscape, subject);
                if (from !== undefined && to !== undefined) {
                    yield {
                        from,
                        to,
                        ...(grant.binding === undefined ? SHIPPED : { object: grant.binding, field: subject.path }),
                    };
                }
            }
        }
    },
};
