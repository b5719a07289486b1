using ManagedTransformer.Architectures.DepthAdaptive;

namespace ManagedTransformer.Generation;

/// <summary>How text is continued.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most new tokens.</summary>
    public int MaxTokens { get; init; } = 200;

    /// <summary>Logits are divided by it: below 1 is more certain, above 1 more varied; 0 always takes the likeliest token.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Draws from this many likeliest tokens only; 0: from all.</summary>
    public int TopK { get; init; }

    /// <summary>Draws from the smallest set of likeliest tokens with at least this much probability (Holtzman et al., 2020); 1: from all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>The same seed gives the same text.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Generation ends before this token; null: only at the limit.</summary>
    public int? StopToken { get; init; }

    /// <summary>At which layer tokens of a depth-adaptive model leave the stack; null: as its configuration says.</summary>
    public ExitRule? Exits { get; init; }

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

        if (TopP is not (> 0 and <= 1))
        {
            throw new InputException($"top-p ({TopP}) must be above 0 and at most 1.");
        }
    }
}
