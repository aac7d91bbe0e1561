/**
 * A function that remembers its answer for each object, for as long as the object is there: many controls ask the same of
 * one. What it is asked about is told apart by identity and must not change; an error is not remembered.
 */
export function rememberEach<K extends object, V>(answer: (question: K) => V): (question: K) => V {
    const answers = new WeakMap<K, { readonly value: V }>();
    return (question) => {
        let known = answers.get(question);
        if (known === undefined) {
            known = { value: answer(question) };
            answers.set(question, known);
        }
        return known.value;
    };
}
