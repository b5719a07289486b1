using ManagedTransformer.Modules.Decoding;

namespace ManagedTransformer.Generation;

/// <summary>Options for the continuation of a text.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most new tokens.</summary>
    public int MaxTokens { get; init; } = 200;

    /// <summary>Logits are divided by it: below 1 is more certain, above 1 more varied; 0 always takes the likeliest token.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Draws from this many likeliest tokens only; 0: from all.</summary>
    public int TopK { get; init; }

    /// <summary>
    /// Draws from the smallest set of likeliest tokens with at least this much probability (Holtzman et al., 2020); 1: from all.
    /// </summary>
    public float TopP { get; init; } = 1;

    /// <summary>The same seed gives the same text.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Generation ends before any of these tokens, besides the model's own end of text.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>
    /// True to go on where the model ends its text (<c>end_of_text</c> of its description, <c>eos_token_id</c> of Hugging Face's folders).
    /// </summary>
    public bool IgnoreEndOfText { get; init; }

    /// <summary>
    /// Where a text outgrows the model's positions: by how many tokens the window of what it sees moves at a time, from 1 to the number of
    /// positions. 1 shows every token as much as fits, and reads the whole window again for each; s reads it again for every s-th.
    /// </summary>
    public int WindowStride { get; init; } = 1;

    /// <summary>At which layer tokens of a depth-adaptive model leave the stack; null: as its configuration says.</summary>
    public DepthRule? Exits { get; init; }

    /// <summary>Told the exit layer of every new token of a depth-adaptive model, from 1; null for nobody.</summary>
    public Action<int>? ExitObserver { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="InputException">A value out of its range.</exception>
    public void Validate()
    {
        if (MaxTokens < 0)
        {
            throw new InputException($"The number of tokens to generate ({MaxTokens}) must not be negative.");
        }

        if (!(Temperature >= 0) || float.IsInfinity(Temperature))
        {
            throw new InputException($"The temperature ({Temperature}) must be 0 or a positive number.");
        }

        if (TopK < 0)
        {
            throw new InputException($"top-k ({TopK}) must be 0 (off) or positive.");
        }

        if (WindowStride < 1)
        {
            throw new InputException($"The window's stride ({WindowStride}) must be positive.");
        }

        if (TopP is not (> 0 and <= 1))
        {
            throw new InputException($"top-p ({TopP}) must be above 0 and at most 1.");
        }
    }
}
