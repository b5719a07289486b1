using ManagedTransformer.Generation;
using Microsoft.Extensions.AI;

namespace ManagedTransformer.Extensions.AI;

/// <summary>What a client of a language model does where a request does not say.</summary>
public sealed record LanguageModelClientOptions
{
    /// <summary>What responses call the model, and what requests may name; null: the name of its folder, or "model".</summary>
    public string? ModelId { get; init; }

    /// <summary>Most new tokens of a request that names none (<see cref="ChatOptions.MaxOutputTokens"/>), at least 1.</summary>
    public int MaxOutputTokens { get; init; } = 512;

    /// <summary>
    /// Everything else that generation can be told: sampling of requests that name none, penalties, stop tokens. Length and seed are not
    /// taken from here.
    /// </summary>
    public GenerationOptions Generation { get; init; } = new();

    /// <summary>
    /// The text that a model continues for a conversation; null: the model's chat template, and for a model without one the texts of the
    /// messages, one per line.
    /// </summary>
    public Func<IReadOnlyList<ChatMessage>, string>? Prompt { get; init; }

    /// <summary>How the states of a text's tokens become its embedding.</summary>
    public TextPooling Pooling { get; init; } = TextPooling.Mean;

    /// <summary>Checks every value that needs no model.</summary>
    /// <exception cref="InputException">A number is out of its range.</exception>
    /// <exception cref="ArgumentException">The options of generation are null, or the pooling does not exist.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Generation, $"{nameof(LanguageModelClientOptions)}.{nameof(Generation)}");
        if (MaxOutputTokens < 1)
        {
            throw new InputException($"LanguageModelClientOptions.MaxOutputTokens is {MaxOutputTokens}, it must be at least 1.");
        }

        if (!Enum.IsDefined(Pooling))
        {
            throw new ArgumentException($"LanguageModelClientOptions.Pooling is {Pooling}; states are pooled by Mean or Last.");
        }

        Generation.Validate();
    }
}
