namespace ManagedTransformer.Generation;

/// <summary>A step of a generation: a new token, and the text that it makes certain.</summary>
/// <param name="Token">The id of the token that was chosen.</param>
/// <param name="Text">Text to put behind that of the steps before: valid UTF-16, never half a character. It is empty where the token ends
/// within a character or where its text may be the beginning of a stop string, and may have that of earlier tokens.</param>
public sealed record GenerationStep(int Token, string Text)
{
    /// <summary>
    /// The natural logarithm of the token's probability; null unless <see cref="GenerationOptions.LogProbabilities"/> asks for it.
    /// </summary>
    public float? LogProbability { get; init; }

    /// <summary>The likeliest tokens of this step, the likeliest first, as many as were asked for.</summary>
    public IReadOnlyList<TokenLogProbability> Likeliest { get; init; } = [];

    /// <summary>The reason why the text ends with this step; null where it goes on.</summary>
    public FinishReason? Finish { get; init; }

    /// <summary>True for a token that ended the text and is no part of it.</summary>
    public bool IsEnd => Finish is FinishReason.EndOfText or FinishReason.StopToken;
}
