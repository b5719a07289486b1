using ManagedTransformer.Generation;
using ManagedTransformer.Server.Models;

namespace ManagedTransformer.Server.Generations;

/// <summary>What a request wants to be generated, and in which form.</summary>
/// <param name="Model">The model.</param>
/// <param name="Texts">The texts, in the order of their choices.</param>
/// <param name="Prompts">How many prompts they continue, each as many times.</param>
/// <param name="Format">The form of the response.</param>
internal sealed record GenerationJob(
    ServedLanguageModel Model, IReadOnlyList<TextGeneration> Texts, int Prompts, ICompletionFormat Format)
{
    /// <summary>True to send pieces as they come.</summary>
    public bool IsStream { get; init; }

    /// <summary>True to end a stream with the numbers of tokens.</summary>
    public bool IncludesUsage { get; init; }

    /// <summary>True to tell log-probabilities.</summary>
    public bool TellsProbabilities { get; init; }

    /// <summary>Tokens of all prompts, each counted once.</summary>
    public long PromptTokens
    {
        get
        {
            int copies = Texts.Count / Prompts;
            return Texts.Where((_, index) => index % copies == 0).Sum(text => (long)text.PromptTokens);
        }
    }
}
