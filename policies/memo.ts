/**
 * A function that remembers its last answer. Controls are run object by object, so many in a row ask the same of one
 * object. What it is asked about is told apart by identity and must not change; an error is not remembered.
 */
export function rememberLast<K, V>(answer: (question: K) => V): (question: K) => V {
    let last: { readonly question: K; readonly value: V } | undefined;
    return (question) => {
        if (last === undefined || last.question !== question) {
            last = { question, value: answer(question) };
        }
        return last.value;
    };
}
