namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>Checks that references belong to hypotheses.</summary>
internal static class ReferenceStreams
{
    /// <exception cref="InputException">There are no references, or the numbers of lines differ.</exception>
    public static void Require(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references)
    {
        ArgumentNullException.ThrowIfNull(hypotheses);
        ArgumentNullException.ThrowIfNull(references);
        if (references.Count == 0)
        {
            throw new InputException("A translation is scored against at least one reference.");
        }

        foreach (IReadOnlyList<string> stream in references)
        {
            if (stream.Count != hypotheses.Count)
            {
                throw new InputException($"There are {hypotheses.Count} hypotheses but {stream.Count} references.");
            }
        }
    }
}
