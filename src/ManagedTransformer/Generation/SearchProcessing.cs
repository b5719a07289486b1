using System.Runtime.InteropServices;

namespace ManagedTransformer.Generation;

/// <summary>
/// Processors of the log-probabilities of a beam search, as transformers applies them: behind the softmax, without another one behind them.
/// </summary>
/// <param name="chain">The processors.</param>
/// <param name="prompt">The text before all hypotheses.</param>
internal sealed class SearchProcessing(LogitsChain chain, IReadOnlyList<int> prompt)
{
    private readonly List<int> _text = [.. prompt];

    /// <summary>Changes the log-probabilities after a hypothesis.</summary>
    /// <param name="beam">The search of the sentence.</param>
    /// <param name="row">Which of its live hypotheses.</param>
    /// <param name="logProbabilities">[V]; minus infinity for tokens that the tokenizer lacks.</param>
    public void Process(Beam beam, int row, Span<float> logProbabilities)
    {
        if (chain.IsEmpty)
        {
            return;
        }

        CollectionsMarshal.SetCount(_text, prompt.Count);
        beam.Read(row, _text);
        chain.Process(CollectionsMarshal.AsSpan(_text), prompt.Count, logProbabilities);
    }
}
