/** Waits for an answer. Undefined when the client went before it was there: nobody is left to be told. */
export async function unlessGone<Answer>(answer: Promise<Answer>, signal: AbortSignal): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
